"""Face recognition: embeddings, gallery, identity over a track, enrolment stills."""
