"""Executing notebooks: in forked children of one warm process, or with kernels, always under supervision."""
