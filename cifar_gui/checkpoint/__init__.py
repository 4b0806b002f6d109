"""Snapshots of a network and the files that hold them. Atomic, checksummed, free of pickle."""
