"""Parts of pages, each with its heading, its sentence, its exhibit and its leads."""
