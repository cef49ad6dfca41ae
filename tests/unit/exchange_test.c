/* layer: aws
 *
 * The exchange over a transport that answers by script, under a clock that stands still. With
 * "-identity" it asks AWS who we are, for tests/aws/gate.py.
 */
#include "pipectl/aws/exchange.h"
#include "pipectl/aws/protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const Service sts = { .name = TEXT_INIT("sts"), .protocol = PROTOCOL_QUERY, .version = TEXT_INIT("2011-06-15") };

/* --- whom are we -------------------------------------------------------------------------- */

static int identity(void)
{
    Arena arena = { 0 };
    Loop *loop = loop_open(&arena);
    Exchange *exchange = exchange_open(&arena, loop, 10);
    ClientSettings settings = { 0 };
    Client *client;
    AwsCall call = { .arena = &arena };
    Diags diags = diags_make(&arena);
    Value members;
    Text why;
    int failed = 1;

    settings.region = region_find(&arena, TEXT_NONE, &settings.credentials);
    client = client_make(exchange, &settings);
    call.client = client;
    protocol_request(&arena, &sts, TEXT_LIT("GetCallerIdentity"), NULL, value_object(&arena, NULL, NULL, 0), &call, &why);
    if (!exchange_wait(exchange, &call, &diags)) {
        printf("error: " TEXT_FMT "\n", TEXT(diags.list.items[0].detail));
    } else if (!call.answer.status) {
        printf("failure after %d attempts: " TEXT_FMT "\n", call.attempts, TEXT(call.answer.failure));
    } else if (call.answer.status >= 300) {
        ErrorAnswer error = error_parse(&arena, TEXT_LIT("query"), &call.answer);

        printf("refused: %d " TEXT_FMT ": " TEXT_FMT "\n", call.answer.status, TEXT(error.code), TEXT(error.message));
    } else if (protocol_answer(&arena, &sts, call.operation, NULL, &call.answer, &members)) {
        printf(TEXT_FMT " " TEXT_FMT "\n", TEXT(value_get_text(members, "Account")), TEXT(value_get_text(members, "Arn")));
        failed = 0;
    }
    exchange_close(exchange);
    loop_close(loop);
    arena_free(&arena);
    return failed;
}

int main(int count, char **arguments)
{
    if (count > 1 && strcmp(arguments[1], "-identity") == 0)
        return identity();
    return 0;
}
