"""Runs Lambda functions as Node processes of this machine, for a LocalStack that has no Docker.

LocalStack finds its executors as entry points of the group localstack.lambda.runtime_executor; it ships
one, for Docker. This is another. LocalStack wants an execution environment for each call that comes
while others are busy; here those of one function share a few processes, spoken to by lines of JSON, or
fifty concurrent clients would start fifty processes.

What it does not do: isolate anything (a function sees this machine's files and network), limit memory,
look at `runtime` and `architecture` (it is always this machine's Node), run layers, images or extensions,
freeze a process between invocations, or send logs to CloudWatch (they go to files in LAMBDA_LOG_DIR).
"""
import json
import os
import subprocess
import threading

from localstack import config
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

RUNNER = os.path.join(os.path.dirname(__file__), 'node_executor_runner.mjs')
OWN = ('PATH', 'HOME', 'TMPDIR', 'LANG')  # all that a function may know of LocalStack's environment
MOST_PROCESSES = 4  # of one function at once; further calls wait


def endpoint():
    return f'http://127.0.0.1:{config.GATEWAY_LISTEN[0].port}'


class NodeProcess:
    """A function, loaded and waiting. It works on one event at a time."""

    def __init__(self, function_version, env_vars):
        function = function_version.config
        name = function_version.id.function_name
        code = str(function.code.get_unzipped_code_location())
        read_end, write_end = os.pipe()
        environment = {
            **{name: os.environ[name] for name in OWN if name in os.environ},
            **{name: str(value) for name, value in env_vars.items()},
            '_HANDLER': function.handler,
            'LAMBDA_TASK_ROOT': code,
            'AWS_ENDPOINT_URL': endpoint(),
            'RESULT_FD': str(write_end),
        }
        with open(os.path.join(os.environ.get('LAMBDA_LOG_DIR', '.'), f'{name}.log'), 'ab') as log:
            self.child = subprocess.Popen(
                [os.environ.get('LAMBDA_NODE', 'node'), RUNNER],
                cwd=code,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=[write_end],
            )
        os.close(write_end)
        self.results = os.fdopen(read_end)

    def is_alive(self):
        return self.child.poll() is None

    def ask(self, question, seconds):
        """The answer's line, or why there is none: Lambda's error type and message."""
        late = threading.Event()

        def end():
            late.set()
            self.child.kill()

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            self.child.stdin.write((json.dumps(question) + '\n').encode())
            self.child.stdin.flush()
            line = self.results.readline()
        except (BrokenPipeError, ValueError):
            line = ''  # it has ended
        finally:
            timer.cancel()
        if line:
            return json.loads(line)
        if late.is_set():
            return failure(question, 'Sandbox.Timedout', f'Task timed out after {seconds}.00 seconds')
        code = self.child.wait()
        return failure(question, 'Runtime.ExitError', f'Runtime exited with error: exit status {code}')

    def close(self):
        self.child.kill()
        self.child.wait()
        self.results.close()
        try:
            self.child.stdin.close()
        except BrokenPipeError:
            pass  # what it had not read yet


def failure(question, kind, message):
    text = f"RequestId: {question['requestId']} Error: {message}"
    return {'ok': False, 'value': {'errorType': kind, 'errorMessage': text}}


class Pool:
    """The processes of one version of a function, for as long as an environment of it is there."""

    def __init__(self):
        self.lock = threading.Lock()
        self.turns = threading.Semaphore(MOST_PROCESSES)
        self.idle = []
        self.environments = 0

    def invoke(self, function_version, env_vars, question):
        with self.turns:
            with self.lock:
                process = self.idle.pop() if self.idle else None
            if process is None or not process.is_alive():
                process = NodeProcess(function_version, env_vars)
            answer = process.ask(question, question['timeoutSeconds'])
            with self.lock:
                is_wanted = process.is_alive() and self.environments > 0
                if is_wanted:
                    self.idle.append(process)
            if not is_wanted:
                process.close()
            return answer

    def enter(self):
        with self.lock:
            self.environments += 1

    def leave(self):
        with self.lock:
            self.environments -= 1
            unwanted, self.idle = (self.idle, []) if self.environments == 0 else ([], self.idle)
        for process in unwanted:
            process.close()


pools = {}
pools_lock = threading.Lock()


class NodeExecutor(RuntimeExecutor):
    """One execution environment."""

    @classmethod
    def prepare_version(cls, function_version):
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version):
        with pools_lock:
            pools.pop(id(function_version), None)

    def start(self, env_vars):
        self.env_vars = env_vars
        with pools_lock:
            self.pool = pools.setdefault(id(self.function_version), Pool())
        self.pool.enter()

    def stop(self):
        self.pool.leave()

    def invoke(self, payload):
        question = {
            'event': payload['payload'],
            'requestId': payload['invoke-id'],
            'functionArn': payload['invoked-function-arn'],
            'timeoutSeconds': self.function_version.config.timeout,
        }
        answer = self.pool.invoke(self.function_version, self.env_vars, question)
        return InvocationResult(
            request_id=payload['invoke-id'],
            payload=json.dumps(answer['value']).encode(),
            is_error=not answer['ok'],
            logs='',
            executed_version=self.function_version.id.qualifier,
        )

    def get_address(self):
        return '127.0.0.1'

    def get_endpoint_from_executor(self):
        return '127.0.0.1'

    def get_runtime_endpoint(self):
        return endpoint()

    def get_logs(self):
        return ''


class NodeExecutorPlugin(RuntimeExecutorPlugin):
    name = 'node'

    def load(self, *args, **kwargs):
        return NodeExecutor
