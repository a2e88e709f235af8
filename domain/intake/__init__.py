"""Papers that come in: what a browser sent is known by its content, taken apart, and written anew before it is kept.

`receiving.receive` is the door. The reading itself (`inspection`) runs in a process of its own with bounded time and memory, which
knows none of the keys and may write no file: this package imports little, so that the process starts quickly.
"""
