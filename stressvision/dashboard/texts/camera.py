"""What the page of the camera says."""

from collections.abc import Mapping

from stressvision.core.errors import Message

CAMERA_PRIVACY = Message(
    "La imagen llega directamente del dispositivo a este navegador. No se guarda ni se envía a ningún servidor.",
    "The picture comes straight from the device to this browser. It is neither stored nor sent to any server.",
)
PREVIEW_STATES: Mapping[str, tuple[Message, Message]] = {
    "connecting": (
        Message("Conectando con la cámara", "Connecting to the camera"),
        Message(
            "Si la imagen no aparece, compruebe que el dispositivo funciona en esta misma máquina.",
            "If no picture appears, check that the device runs on this same machine.",
        ),
    ),
    "starting": (
        Message("Iniciando", "Starting"),
        Message("La imagen aparecerá en unos segundos.", "The picture appears in a few seconds."),
    ),
    "no_camera": (
        Message("Sin cámara", "No camera"),
        Message(
            "El dispositivo no recibe imagen y sigue intentándolo. Revise el cable o la dirección de la cámara; "
            "sin cámara, use «--source demo».",
            "The device gets no picture and keeps trying. Check the cable or the address of the camera; "
            "without a camera, use “--source demo”.",
        ),
    ),
    "silent": (
        Message("Sin señal", "No signal"),
        Message(
            "El dispositivo dejó de comunicarse. Compruebe que está encendido y en la red.",
            "The device stopped talking. Check that it is switched on and on the network.",
        ),
    ),
    "stopped": (
        Message("Detenido", "Stopped"),
        Message("El dispositivo se detuvo ordenadamente.", "The device was stopped in order."),
    ),
    "no_preview": (
        Message("Sin vista previa", "No preview"),
        Message(
            "Este dispositivo no ofrece vista previa (puede estar mostrando su propia ventana).",
            "This device offers no preview (it may be showing a window of its own).",
        ),
    ),
    "elsewhere": (
        Message("Vista previa en otra máquina", "Preview on another machine"),
        Message(
            "La vista previa solo se muestra en la máquina que tiene la cámara.",
            "The preview is only shown on the machine that has the camera.",
        ),
    ),
}
