"""The judge of the hostile corpus, part by part: see ../run_corpus.py and ../README.md."""
