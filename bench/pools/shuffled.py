"""One thread, another order each time."""
import os
import random
import sys

names = sys.argv[1:]
random.shuffle(names)
for name in names:
    os.chown("/arena/d/" + name, 2, 2)
