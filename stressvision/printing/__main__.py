"""`python -m stressvision.printing`: a document as JSON on standard input, its PDF on standard output."""

import sys

from stressvision.printing.document import Document
from stressvision.printing.pdf import write_pdf

sys.stdout.buffer.write(write_pdf(Document.model_validate_json(sys.stdin.buffer.read())))
