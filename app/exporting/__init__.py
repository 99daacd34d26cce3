"""The help centre as files: for any host that serves files, or a browser that opens them from a disk."""
