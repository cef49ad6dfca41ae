/*
 * credentials_process.c: keys that a program prints, as a profile's credential_process names it.
 *
 * It is run without a shell, its standard error and input are ours, and it has a minute.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
#include "credentials_parts.h"

static const Nanoseconds time_limit = SECONDS(60);

enum { OUTPUT_MAX = 64 << 10 };

static const KeyNames names = { "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration" };

static bool is_version_1(Value document)
{
    Value version = value_get(document, "Version");
    int64_t number;

    return value_has_kind(version, TYPE_NUMBER) && !value_is_null(version) &&
           number_to_int(value_to_number(version), &number) && number == 1;
}

/* What it printed may hold a secret, so no message repeats it. */
static void on_end(void *user, const ProcessEnd *end)
{
    KeyFetch *fetch = user;
    Text output = text_copy(fetch->arena, end->output);
    Credentials keys;
    Value document;

    fetch->process = NULL;
    if (end->failure.length)
        key_fetch_failed(fetch, TEXT_FMT, TEXT(end->failure));
    else if (!json_parse(fetch->arena, output, &document) || !value_has_kind(document, TYPE_OBJECT))
        key_fetch_failed(fetch, "it did not print a JSON object");
    else if (!is_version_1(document))
        key_fetch_failed(fetch, "it did not print a JSON object with \"Version\": 1");
    else if (key_fetch_read(fetch, document, names, &keys))
        key_fetch_found(fetch, &keys);
}

static void fetch_process(KeyFetch *fetch)
{
    ProcessSettings settings = { .words = words_split(fetch->arena, fetch->source.command),
                                 .limit = time_limit,
                                 .output_max = OUTPUT_MAX,
                                 .on_end = on_end,
                                 .user = fetch };

    fetch->process = process_run(fetch->arena, fetch->client->exchange->loop, &settings);
}

KeySource process_source(Text command, Text name)
{
    return (KeySource){ .name = name, .fetch = fetch_process, .command = command };
}
