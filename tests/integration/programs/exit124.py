import os
os._exit(124)  # What the exit status of a time limit looks like: the record must not fall for it.
