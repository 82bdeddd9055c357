"""
Starts LocalStack in this process, and sees to it that it ends with its launcher. A message that is
given back with a long wait comes back soon, so that giving up after eight receives takes seconds and
not three minutes.
"""
import ctypes
import functools
import os
import runpy
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2), Linux only

if sys.platform == 'linux':
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(os.environ['LAUNCHER_PID']):  # it was gone before the line above
        sys.exit('The launcher of this process is gone.')

from localstack.services.sqs.models import SqsQueue  # after the lines above: it takes a second

LONGEST_WAIT_SECONDS = 1
WAIT_UNTIL_SECONDS = 5  # shorter waits stay as they are: the tests of Retry-After measure them

update_visibility_timeout = SqsQueue.update_visibility_timeout


@functools.wraps(update_visibility_timeout)
def shortened(queue, receipt_handle, seconds):
    return update_visibility_timeout(
        queue, receipt_handle, LONGEST_WAIT_SECONDS if seconds > WAIT_UNTIL_SECONDS else seconds
    )


SqsQueue.update_visibility_timeout = shortened

runpy.run_module('localstack.runtime.main', run_name='__main__')
