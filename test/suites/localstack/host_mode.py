"""Starts LocalStack in this process, and sees to it that it ends with whoever started it."""
import ctypes
import os
import runpy
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2), Linux only

if sys.platform == 'linux':
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(os.environ['LAUNCHER_PID']):  # it was gone before the line above
        sys.exit('Whoever started this is gone.')

runpy.run_module('localstack.runtime.main', run_name='__main__')
