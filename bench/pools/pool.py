"""Four threads work on a list."""
import os
import sys
from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor(4) as pool:
    list(pool.map(lambda name: os.chown("/arena/d/" + name, 2, 2), sys.argv[1:]))
