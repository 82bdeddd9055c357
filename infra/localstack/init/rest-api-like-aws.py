"""What API Gateway does on AWS and LocalStack 4.14 does not. LocalStack runs this file in its own
process when it is ready; docker-compose.localstack.yml and test/suites/localstack/host-mode.ts put
it into LocalStack's init folder.

- A binary media type of */* covers everything: each body that comes in arrives as base64, and each
  base64 body that a function answers goes out as bytes, whatever Accept says. (API Gateway Developer
  Guide, "Content type conversions". LocalStack ignores */*, so thumbnails would arrive as text.)
- A form arrives as it was sent. (LocalStack parses it and writes another, in which an empty file has no
  name.)
- A response to HEAD has the Content-Length of the function, not 0.
- What API Gateway refuses by itself has the body and the headers of its AWS::ApiGateway::GatewayResponse.
"""
import base64

from localstack.services.apigateway.next_gen.execute_api import gateway_response
from localstack.services.apigateway.next_gen.execute_api.handlers import (
    gateway_exception,
    method_response,
    parse,
)
from localstack.services.apigateway.next_gen.execute_api.integrations import aws

matches = aws.mime_type_matches_binary_media_types


def matches_with_wildcard(mime_type, binary_media_types):
    return '*/*' in (binary_media_types or []) or matches(mime_type, binary_media_types)


def always_base64(body):
    return base64.b64encode(body).decode(), bool(body)


parsed_payload = parse.restore_payload


def raw_body(request):
    return request.get_data(parse_form_data=False) or parsed_payload(request)


respond = method_response.MethodResponseHandler.__call__


def respond_with_length(self, chain, context, response):
    length = context.invocation_response['headers'].get('content-length')
    respond(self, chain, context, response)
    if length and context.invocation_request['http_method'] == 'HEAD':
        response.headers['content-length'] = length


create_response = gateway_exception.GatewayExceptionHandler.create_exception_response


def respond_as_configured(self, exception, context):
    response = create_response(self, exception, context)
    configured = gateway_response.get_gateway_response_or_default(
        exception.type, context.deployment.rest_api.gateway_responses
    )
    template = (configured.get('responseTemplates') or {}).get('application/json', '')
    if template and '$' not in template:  # ours are plain JSON; LocalStack's own have variables
        response.set_data(template)
    for target, value in (configured.get('responseParameters') or {}).items():
        response.headers[target.removeprefix('gatewayresponse.header.')] = value.strip("'")
    return response


aws.mime_type_matches_binary_media_types = matches_with_wildcard
aws.RestApiAwsProxyIntegration._format_body = staticmethod(always_base64)
parse.restore_payload = raw_body
method_response.MethodResponseHandler.__call__ = respond_with_length
gateway_exception.GatewayExceptionHandler.create_exception_response = respond_as_configured
