"""Texts of the script on every page, of the document for unknown addresses, and Streamlit's own words."""

from collections.abc import Mapping

from stressvision.core.texts import Message

NOT_FOUND = Message(es="Esta dirección no existe", en="This address does not exist")
NOT_FOUND_REMEDY = Message(
    es="Revise la dirección, o vuelva al resumen y elija la página en el menú.",
    en="Check the address, or return to the overview and choose the page in the menu.",
)
FORBIDDEN = Message(es="El tablero no responde a este nombre", en="The dashboard does not answer to this name")
FORBIDDEN_REMEDY = Message(
    es="Ábralo con el nombre del servidor que le dieron. Si es el correcto, pida a quien administra el sistema que lo "
    "añada a STRESSVISION_ALLOWED_HOSTS.",
    en="Open it with the name of the server that you were given. If it is the right one, ask the administrator of the "
    "system to add it to STRESSVISION_ALLOWED_HOSTS.",
)
TO_OVERVIEW = Message(es="Ir al resumen", en="Go to the overview")
NOT_ALLOWED = Message(es="Su cuenta no puede abrir esta página", en="Your account may not open this page")
NOT_ALLOWED_REMEDY = Message(
    es="Cada cuenta ve lo que su función necesita. Si debería verla, pídalo a quien administra el sistema.",
    en="Each account sees what its role needs. If you should see it, ask the administrator of the system.",
)

SCRIPT: Mapping[str, Message] = {
    "product": Message(es="Stress Vision", en="Stress Vision"),
    "dashboardDown": Message(
        es="El tablero no responde desde las {time}. Lo que ve es de esa hora. Se reintenta solo; lo que escribió se "
        "conserva.",
        en="The dashboard has not answered since {time}. What you see is from that time. It retries by itself; what "
        "you typed is kept.",
    ),
    "backendDown": Message(
        es="El servidor no responde desde las {time}. Lo que ve es de esa hora. Se reintenta solo; lo que escribió se "
        "conserva.",
        en="The server has not answered since {time}. What you see is from that time. It retries by itself; what you "
        "typed is kept.",
    ),
    "backendFailing": Message(
        es="El servidor responde con un error desde las {time}. Se reintenta solo; lo que escribió se conserva.",
        en="The server has answered with an error since {time}. It retries by itself; what you typed is kept.",
    ),
    "stale": Message(
        es="Esta pantalla no se actualiza desde las {time}.", en="This screen has not been updated since {time}."
    ),
    "reload": Message(es="Recargar", en="Reload"),
    "newHigh": Message(es="Alerta nueva de severidad alta", en="New alert of high severity"),
    "openInbox": Message(es="Ábrala en la bandeja de Stress Vision.", en="Open it in the inbox of Stress Vision."),
    "notifyOn": Message(es="Avisos del navegador: sí", en="Browser notifications: on"),
    "notifyOff": Message(es="Avisos del navegador: no", en="Browser notifications: off"),
    "notifyBlocked": Message(
        es="El navegador bloquea los avisos de esta página: permítalos en su configuración.",
        en="The browser blocks notifications of this page: allow them in its settings.",
    ),
    "soundOn": Message(es="Sonido: sí", en="Sound: on"),
    "soundOff": Message(es="Sonido: no", en="Sound: off"),
}
"""Words of shell.js. `{time}` is filled in there."""

STREAMLIT: Mapping[str, str] = {
    "Skip to main content": "Ir al contenido",
    "App pages": "Páginas",
    "Sidebar": "Menú",
    "Close": "Cerrar",
    "Clear value": "Borrar el valor",
    "Clear all": "Borrar todo",
    "Select all": "Elegir todo",
    "No results": "Sin resultados",
    "No options to select": "No hay opciones",
    "No options to select.": "No hay opciones.",
    "Selected values": "Valores elegidos",
    "Selectbox options": "Opciones",
    "Select...": "Elija…",
    "Clear selection": "Borrar la selección",
    "Clear date": "Borrar la fecha",
    "Clear dates": "Borrar las fechas",
    "Increment": "Aumentar",
    "Decrement": "Disminuir",
    "Please wait...": "Espere…",
    "Loading...": "Cargando…",
    "Uploading...": "Subiendo…",
    "Retry": "Reintentar",
    "Add files": "Añadir archivos",
    "Choose options": "Elija",
    "Choose an option": "Elija una opción",
    "Take Photo": "Tomar foto",
    "Clear photo": "Borrar foto",
    "Upload": "Subir",
    "per file": "por archivo como máximo",
    "Drag and drop files here": "Arrastre aquí los archivos",
    "Drag and drop a file here": "Arrastre aquí un archivo",
    "This app would like to use your camera.": "Esta página necesita usar la cámara.",
    "Learn how to allow access.": "Cómo permitirlo.",
    "Switch camera": "Cambiar de cámara",
    "Show password": "Mostrar la contraseña",
    "Hide password": "Ocultar la contraseña",
    "Fullscreen": "Pantalla completa",
    "Close fullscreen": "Salir de pantalla completa",
    "Download as CSV": "Descargar CSV",
    "Search": "Buscar",
    "Close Search": "Cerrar la búsqueda",
    "Sort ascending": "Orden ascendente",
    "Sort descending": "Orden descendente",
    "Autosize": "Ajustar el ancho",
    "Pin column": "Fijar la columna",
    "Hide column": "Ocultar la columna",
    "Copy column name": "Copiar el nombre de la columna",
    "Show/hide columns": "Mostrar u ocultar columnas",
    "Settings": "Ajustes de pantalla",
    "Print": "Imprimir",
    "Use system setting": "El del sistema",
    "Light": "Claro",
    "Dark": "Oscuro",
    "Appearance": "Apariencia",
    "Rerun": "Actualizar",
    "Main menu": "Menú principal",
    "Expand sidebar": "Abrir el menú",
    "Collapse sidebar": "Cerrar el menú",
    "Previous month": "Mes anterior",
    "Next month": "Mes siguiente",
    "Previous month.": "Mes anterior.",
    "Next month.": "Mes siguiente.",
    "file upload": "Subir un archivo",
    "Copy to clipboard": "Copiar",
    "Open": "Abrir",
    "Show help": "Ayuda",
    "Navigate to home page": "Ir al resumen",
    "Loading": "Cargando",
    "Clear entry": "Borrar el texto",
    "Previous Result": "Resultado anterior",
    "Next Result": "Resultado siguiente",
    "Dataframe column menu": "Menú de la columna",
    "Help for ": "Ayuda: ",
    "Add: ": "Añadir: ",
    "Remove ": "Quitar ",
}
"""Streamlit's own English words that a user can meet, replaced where the page is Spanish.

One that ends with a space begins a label: the rest of it stays.
"""
