"""Runs Lambda functions as Node processes of this machine, for a LocalStack that has no Docker.

LocalStack finds its executors as entry points of the group localstack.lambda.runtime_executor; it ships
one, for Docker. This is another: one process per execution environment, spoken to by lines of JSON.

What it does not do: isolate anything (a function sees this machine's files and network), limit memory,
look at `runtime` and `architecture` (it is always this machine's Node), run layers, images or extensions,
freeze a process between invocations, or send logs to CloudWatch (they go to files in LAMBDA_LOG_DIR).
"""
import json
import os
import signal
import subprocess
import threading

from localstack import config
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

RUNNER = os.path.join(os.path.dirname(__file__), 'node_executor_runner.mjs')
OWN = ('PATH', 'HOME', 'TMPDIR', 'LANG')  # all that a function may know of LocalStack's environment


class NodeExecutor(RuntimeExecutor):
    """One execution environment. LocalStack gives it one invocation at a time."""

    process = None

    @classmethod
    def prepare_version(cls, function_version):
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version):
        pass

    def start(self, env_vars):
        self.env_vars = env_vars
        self.launch()

    def launch(self):
        function = self.function_version.config
        name = self.function_version.id.function_name
        folder = os.environ.get('LAMBDA_LOG_DIR', '.')
        read_end, write_end = os.pipe()
        environment = {
            **{name: os.environ[name] for name in OWN if name in os.environ},
            **{name: str(value) for name, value in self.env_vars.items()},
            '_HANDLER': function.handler,
            'LAMBDA_TASK_ROOT': str(function.code.get_unzipped_code_location()),
            'AWS_ENDPOINT_URL': self.get_runtime_endpoint(),
            'RESULT_FD': str(write_end),
        }
        with open(os.path.join(folder, f'{name}.log'), 'ab') as log:
            self.process = subprocess.Popen(
                [os.environ.get('LAMBDA_NODE', 'node'), RUNNER],
                cwd=environment['LAMBDA_TASK_ROOT'],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=[write_end],
            )
        os.close(write_end)
        self.results = os.fdopen(read_end)

    def stop(self):
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self.results.close()
        self.process.stdin.close()
        self.process = None

    def invoke(self, payload):
        if self.process is None or self.process.poll() is not None:
            self.stop()  # the last invocation killed it, or its time was up: Lambda, too, begins anew
            self.launch()
        seconds = self.function_version.config.timeout
        late = threading.Event()

        def end():
            late.set()
            self.process.send_signal(signal.SIGKILL)

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            line = self.ask(payload, seconds)
        finally:
            timer.cancel()
        if line:
            answer = json.loads(line)
        elif late.is_set():
            answer = failure(payload, 'Sandbox.Timedout', f'Task timed out after {seconds}.00 seconds')
        else:
            code = self.process.wait()
            answer = failure(payload, 'Runtime.ExitError', f'Runtime exited with error: exit status {code}')
        return InvocationResult(
            request_id=payload['invoke-id'],
            payload=json.dumps(answer['value']).encode(),
            is_error=not answer['ok'],
            logs='',
            executed_version=self.function_version.id.qualifier,
        )

    def ask(self, payload, seconds):
        question = {
            'event': payload['payload'],
            'requestId': payload['invoke-id'],
            'functionArn': payload['invoked-function-arn'],
            'timeoutSeconds': seconds,
        }
        try:
            self.process.stdin.write((json.dumps(question) + '\n').encode())
            self.process.stdin.flush()
            return self.results.readline()
        except (BrokenPipeError, ValueError):
            return ''  # it has ended

    def get_address(self):
        return '127.0.0.1'

    def get_endpoint_from_executor(self):
        return '127.0.0.1'

    def get_runtime_endpoint(self):
        return f'http://127.0.0.1:{config.GATEWAY_LISTEN[0].port}'

    def get_logs(self):
        return ''


def failure(payload, kind, message):
    """As Lambda words it, for those who look at errorType."""
    text = f"RequestId: {payload['invoke-id']} Error: {message}"
    return {'ok': False, 'value': {'errorType': kind, 'errorMessage': text}}


class NodeExecutorPlugin(RuntimeExecutorPlugin):
    name = 'node'

    def load(self, *args, **kwargs):
        return NodeExecutor
