"""`python -m stressvision.documents`: a document as JSON on standard input, its PDF on standard output."""

import sys

from stressvision.documents.document import Document
from stressvision.documents.pdf import write_pdf

sys.stdout.buffer.write(write_pdf(Document.model_validate_json(sys.stdin.buffer.read())))
