"""The composition root of ingest: the Flask application with its checks, routes and error handlers."""

import time

from flask import Flask, Response

from stressvision.http.request_policy import BODY_LIMIT, RequestPolicy
from stressvision.ingest.error_handlers import install_error_handlers
from stressvision.ingest.request_checks import install_request_checks
from stressvision.ingest.routes import EXTENSION, IngestState, routes
from stressvision.services.auth.authenticator import Authenticator
from stressvision.services.context import Context


def create_application(context: Context) -> Flask:
    """Create the WSGI application over an open database. Errors are problem+json in the client's language."""
    application = Flask("stressvision.ingest", static_folder=None)
    application.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    application.extensions[EXTENSION] = IngestState(context, started_at=time.monotonic())
    install_request_checks(application, RequestPolicy(context.settings), Authenticator(context))
    install_error_handlers(application, context.settings.lang)
    application.register_blueprint(routes)
    application.after_request(_add_headers)
    return application


def _add_headers(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-cache" if "ETag" in response.headers else "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
