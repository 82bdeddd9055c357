"""
Starts ministack in this process, and does three things that it has no setting for:

- every permission decision about a role is written to PERMISSIONS_FILE, a line of
  JSON each, and all roles with their policies to ROLES_FILE;
- a message that is given back with a long wait comes back soon, so that giving up after eight
  receives takes seconds and not three minutes;
- saved log queries are taken and forgotten, and so are alarms that compute with several metrics: it
  does not know them.
"""
import contextvars
import functools
import json
import os
import time

from ministack import app
from ministack.core import iam_evaluator
from ministack.services import iam, sqs
from ministack.services.cloudformation import provisioners

LONGEST_WAIT_SECONDS = 1
WAIT_UNTIL_SECONDS = 5  # shorter waits stay as they are: the tests of Retry-After measure them

seen = set()
decisions = open(os.environ['PERMISSIONS_FILE'], 'a', buffering=1)
evaluate = iam_evaluator.evaluate
enforce = iam_evaluator.enforce
evaluated = contextvars.ContextVar('evaluated', default=None)
roles_written_at = 0.0


@functools.wraps(evaluate)
def noted_evaluate(context, *args, **kwargs):
    """The first evaluation of a call is that of the caller's own policies; others are of resources'."""
    contexts = evaluated.get()
    if contexts is not None:
        contexts.append(context)
    return evaluate(context, *args, **kwargs)


@functools.wraps(enforce)
def recorded_enforce(*args, **kwargs):
    write_roles()
    contexts = []
    token = evaluated.set(contexts)
    try:
        refusal = enforce(*args, **kwargs)
    finally:
        evaluated.reset(token)
    for context in contexts[:1]:
        answer = 'Allow' if refusal is None else 'Deny'
        decision = (context.principal_arn, context.action, context.resource_arn, answer)
        if decision not in seen:
            seen.add(decision)
            names = ('principal', 'action', 'resource', 'decision')
            decisions.write(json.dumps(dict(zip(names, decision))) + '\n')
    return refusal


def write_roles():
    """At most every two seconds: they change only while the service is deployed."""
    global roles_written_at
    if time.monotonic() - roles_written_at < 2:
        return
    roles_written_at = time.monotonic()
    roles = {name: role['InlinePolicies'] for name, role in iam._roles.items()}
    path = os.environ['ROLES_FILE']
    with open(path + '.new', 'w') as file:
        json.dump(roles, file)
    os.replace(path + '.new', path)


def shortened(change_visibility):
    @functools.wraps(change_visibility)
    def change(data, *args, **kwargs):
        if int(data.get('VisibilityTimeout', 30)) > WAIT_UNTIL_SECONDS:
            data = {**data, 'VisibilityTimeout': LONGEST_WAIT_SECONDS}
        return change_visibility(data, *args, **kwargs)

    return change


def replace(table, name, wrap):
    table[name] = wrap(table[name])


iam_evaluator.evaluate = noted_evaluate
iam_evaluator.enforce = recorded_enforce
replace(sqs._HANDLERS, 'ChangeMessageVisibility', shortened)
forgotten = {
    'create': lambda logical_id, props, stack_name: (f'{stack_name}-{logical_id}', {}),
    'update': lambda physical_id, *given: (physical_id, {}),
    'delete': lambda physical_id, *given: None,
}
provisioners._RESOURCE_HANDLERS.setdefault('AWS::Logs::QueryDefinition', forgotten)
alarms = dict(provisioners._RESOURCE_HANDLERS['AWS::CloudWatch::Alarm'])


def for_alarm(action):
    def handle(*args):
        computes = any(isinstance(given, dict) and given.get('Metrics') for given in args)
        return (forgotten if computes else alarms)[action](*args)

    return handle


for action in forgotten:
    replace(provisioners._RESOURCE_HANDLERS['AWS::CloudWatch::Alarm'], action, lambda _: for_alarm(action))
app.main()
