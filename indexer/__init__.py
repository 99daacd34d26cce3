"""Content in, snapshot out: reads the editors' Markdown, checks it, and builds what `search` opens.

The only room that knows Markdown, HTML sanitising and YAML. It imports `search`, never `app`.
"""
