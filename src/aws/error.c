/*
 * error.c: the error in an answer, whichever way the service speaks.
 *
 * The four protocols differ less in their errors than they should: a proxy answers with HTML, moto
 * leaves headers out. So what is there decides: the header, then XML, then JSON, then the status.
 */
#include "xml.h"

#include "pipectl/aws/exchange.h"
#include "pipectl/value/json.h"

typedef struct StatusName {
    int status;
    const char *code, *message;
} StatusName;

static const StatusName status_names[] = {
    { 301, "PermanentRedirect", "The bucket is in another region." },
    { 307, "TemporaryRedirect", "The bucket is not known everywhere yet." },
    { 400, "BadRequest", "The request was refused without a reason." },
    { 401, "Unauthorized", "The request was refused: it is not authorized." },
    { 403, "Forbidden", "Access is denied." },
    { 404, "NotFound", "There is no such thing." },
    { 405, "MethodNotAllowed", "This cannot be done with it." },
    { 409, "Conflict", "The request contradicts what is there." },
    { 412, "PreconditionFailed", "It has changed in between." },
    { 429, "TooManyRequestsException", "Too many requests." },
    { 500, "InternalError", "The service failed." },
    { 502, "BadGateway", "A server in between failed." },
    { 503, "ServiceUnavailable", "The service cannot answer now." },
    { 504, "GatewayTimeout", "The service did not answer in time." },
};

/* "com.amazonaws.kinesis#ResourceNotFoundException:http://..." is "ResourceNotFoundException". */
static Text bare_code(Text code)
{
    Text head, tail;

    if (text_cut(code, TEXT_LIT("#"), &head, &tail))
        code = tail;
    text_cut(code, TEXT_LIT(":"), &head, &tail);
    return text_trim(head);
}

/* <ErrorResponse><Error>, <Response><Errors><Error> and S3's <Error> at the top. */
static bool error_of_xml(Arena *arena, Text body, ErrorAnswer *ret_error)
{
    const XmlElement *root = xml_parse(arena, body), *error = root;

    if (!root)
        return false;
    if (!text_is(root->name, "Error"))
        error = xml_child(xml_child(root, "Errors") ? xml_child(root, "Errors") : root, "Error");
    if (!error)
        return false;
    *ret_error =
        (ErrorAnswer){ .code = bare_code(xml_child_text(error, "Code")),
                                 .message = xml_child_text(error, "Message") };
    return ret_error->code.length > 0;
}

static Text first_text(Value object, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (value_get_text(object, names[i]).length)
            return value_get_text(object, names[i]);
    return TEXT_NONE;
}

static bool error_of_json(Arena *arena, Text body, ErrorAnswer *ret_error)
{
    static const char *const codes[] = { "__type", "code", "Code" };
    static const char *const messages[] = { "message", "Message", "errorMessage" };
    Value value;

    if (!json_parse(arena, body, &value) || !value_has_kind(value, TYPE_OBJECT) ||
        value_is_null(value))
        return false;
    ret_error->code = bare_code(first_text(value, codes, 3));
    ret_error->message = first_text(value, messages, 3);
    return true;
}

static ErrorAnswer error_of_status(Arena *arena, int status)
{
    for (size_t i = 0; i < sizeof status_names / sizeof *status_names; i++)
        if (status_names[i].status == status)
            return (ErrorAnswer){ .code = text_of(status_names[i].code),
                                  .message = text_of(status_names[i].message) };
    return (ErrorAnswer){ .code = text_format(arena, "HTTP%d", status),
                          .message = text_format(arena, "The server answered with status %d.",
                                                 status) };
}

ErrorAnswer error_parse(Arena *arena, Text protocol, const Answer *answer)
{
    Text named = bare_code(header_find(&answer->headers, "x-amzn-errortype"));
    ErrorAnswer error = { 0 }, fallback = error_of_status(arena, answer->status);
    Text body = text_trim(answer->body);

    (void)protocol; /* the answer says more than the protocol: see above */
    if (text_starts_with(body, TEXT_LIT("<")))
        error_of_xml(arena, body, &error);
    else if (body.length)
        error_of_json(arena, body, &error);
    if (named.length)
        error.code = named;
    error.garbled = body.length && !error.code.length;
    if (!error.code.length)
        error.code = fallback.code;
    if (!error.message.length)
        error.message = fallback.message;
    return error;
}
