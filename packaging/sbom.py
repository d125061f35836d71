"""Software bill of materials in the CycloneDX format: `make sbom` writes sbom.cdx.json before a release.

Packages with the hashes of packaging/locked/, and the trained models. Run by an interpreter that has cyclonedx-bom.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "sbom.cdx.json"


def list_packages() -> dict:
    """Return the document of cyclonedx-py for everything that runs."""
    with tempfile.TemporaryDirectory() as folder:
        pins, document = Path(folder) / "pins.txt", Path(folder) / "packages.json"
        pins.write_text(
            "".join(
                (ROOT / "packaging/locked" / name).read_text()
                for name in ("requirements.txt", "requirements-models.txt")
            )
        )
        command = [
            sys.executable,
            "-m",
            "cyclonedx_py",
            "requirements",
            str(pins),
            "--pyproject",
            str(ROOT / "pyproject.toml"),
        ]
        subprocess.run(
            [*command, "--sv", "1.6", "--of", "JSON", "--output-reproducible", "-o", str(document)], check=True
        )
        return json.loads(document.read_text())


def list_models() -> list[dict]:
    """Return a component for each trained model of the repository."""
    return [
        {
            "type": "machine-learning-model",
            "bom-ref": f"model-{path.stem}",
            "name": path.name,
            "licenses": [{"license": {"id": "Apache-2.0"}}],
            "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}],
        }
        for path in sorted((ROOT / "models").glob("*.tflite"))
    ]


def main() -> int:
    """Write the document; exit code 1 where it does not follow the schema."""
    document = list_packages()
    document["components"] += list_models()
    text = json.dumps(document, indent=1, ensure_ascii=False)
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if error:
        print(error, file=sys.stderr)
        return 1
    OUTPUT.write_text(text + "\n", encoding="utf-8")
    print(f"sbom: {OUTPUT.name} with {len(document['components'])} components")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
