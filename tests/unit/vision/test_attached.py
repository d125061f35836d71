from pathlib import Path

from stressvision.vision.attached import AttachedCamera, find_attached


def add_node(devices: Path, number: int, name: str, index: int) -> None:
    node = devices / f"video{number}"
    node.mkdir()
    (node / "name").write_text(f"{name}\n")
    (node / "index").write_text(f"{index}\n")


def test_linux_names_its_cameras_in_order_and_leaves_out_metadata_nodes(tmp_path: Path) -> None:
    add_node(tmp_path, 10, "Second camera", 0)
    add_node(tmp_path, 2, "USB camera", 0)
    add_node(tmp_path, 3, "USB camera", 1)

    assert find_attached("linux", tmp_path) == [AttachedCamera(2, "USB camera"), AttachedCamera(10, "Second camera")]


def test_a_raspberry_pi_s_own_camera_is_libcamera_and_its_decoders_are_none(tmp_path: Path) -> None:
    add_node(tmp_path, 0, "unicam-image", 0)
    add_node(tmp_path, 1, "unicam-embedded", 1)
    add_node(tmp_path, 8, "USB camera", 0)
    for number, name in ((10, "bcm2835-codec-decode"), (13, "bcm2835-isp-output0"), (19, "rpivid"), (20, "pispbe-in")):
        add_node(tmp_path, number, name, 0)

    assert [camera.source for camera in find_attached("linux", tmp_path)] == ["libcamera", "8"]


def test_linux_without_any_camera_has_none(tmp_path: Path) -> None:
    assert find_attached("linux", tmp_path / "absent") == []


def test_elsewhere_those_that_open_are_listed() -> None:
    assert find_attached("win32", probe=lambda: [0, 2]) == [AttachedCamera(0, ""), AttachedCamera(2, "")]


def test_the_probe_ends_and_lists_numbers_only() -> None:
    assert all(camera.index >= 0 for camera in find_attached("darwin"))
