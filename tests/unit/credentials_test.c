/* layer: aws
 *
 * tests/aws/credentials: config and credentials files, and cases.json with what the provider block
 * and the environment say and what must come out: keys, or the place where they are to be fetched.
 */
#include "credentials_parts.h"
#include "profile.h"
#include "pipectl/base/file.h"
#include "pipectl/value/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static Arena arena;

static const char *const variables[] = {
    "AWS_ACCESS_KEY_ID",
    "AWS_ACCESS_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
};

static void clear_environment(void)
{
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        unsetenv(variables[i]);
}

static Value read_case(Text folder)
{
    Diags diags = diags_make(&arena);
    Text text;
    Value json;

    if (!file_read(&arena, file_join(&arena, folder, TEXT_LIT("cases.json")), &text, RANGE_NONE,
                   &diags) ||
        !json_parse(&arena, text, &json))
        fail_msg("%.*s/cases.json cannot be read", TEXT(folder));
    return json;
}

static void set_environment(Text folder, Value given)
{
    Value environment = value_get(given, "environment");

    clear_environment();
    setenv("HOME", text_cstring(&arena, folder), 1);
    for (size_t i = 0; !value_is_null(environment) && i < value_count(environment); i++)
        setenv(text_cstring(&arena, value_key_at(environment, i)),
               text_cstring(&arena, value_text(value_at(environment, i))), 1);
}

static Text roles_text(const AssumedRole *role)
{
    Text text = TEXT_NONE;

    for (; role; role = role->next)
        text = text_format(&arena, TEXT_FMT TEXT_FMT "," TEXT_FMT "," TEXT_FMT ",%lld;", TEXT(text),
                           TEXT(role->arn), TEXT(role->session_name), TEXT(role->external_id),
                           (long long)role->seconds);
    return text;
}

static void expect(Text name, Value wanted, const char *member, Text actual)
{
    if (!text_equal(value_get_text(wanted, member), actual))
        fail_msg("%.*s: %s is \"%.*s\"", TEXT(name), member, TEXT(actual));
}

/* Where they are to be fetched: whatever of it the source has. */
static Text place_of(const KeySource *source)
{
    const Text parts[] = { source->url,
                           source->command,
                           source->token_file,
                           source->web_identity.role.arn,
                           source->web_identity.role.session_name,
                           source->web_identity.token_file,
                           source->sso.session,
                           source->sso.start_url,
                           source->sso.region,
                           source->sso.account,
                           source->sso.role };
    TextBuilder builder = text_builder(&arena);

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].length)
            text_add_format(&builder, "%s" TEXT_FMT, builder.length ? " " : "", TEXT(parts[i]));
    return text_built(&builder);
}

static const WebIdentity *web_identity_given(Value given)
{
    static WebIdentity identity;

    identity = (WebIdentity){ .role = { .arn = value_get_text(given, "web_identity_role") },
                              .token_file = TEXT_LIT("/token") };
    return identity.role.arn.length ? &identity : NULL;
}

static void check_case(Text folder, Text name, Value one)
{
    Value given = value_get(one, "given"), wanted = value_get(one, "wanted");
    CredentialSettings settings = { .access_key = value_get_text(given, "access_key"),
                                    .secret_key = value_get_text(given, "secret_key"),
                                    .token = value_get_text(given, "token"),
                                    .profile = value_get_text(given, "profile"),
                                    .web_identity = web_identity_given(given),
                                    .metadata_endpoint = value_get_text(given, "metadata") };
    Diags diags = diags_make(&arena);
    KeySource found = { 0 };
    bool ok;

    set_environment(folder, given);
    ok = credentials_find(&arena, &settings, &found, &diags);
    expect(name, wanted, "error",
           diags_have_errors(&diags) ? diags.list.items[0].detail : TEXT_NONE);
    expect(name, wanted, "access_key", found.keys.access_key);
    expect(name, wanted, "secret_key", found.keys.secret_key);
    expect(name, wanted, "token", found.keys.session_token);
    expect(name, wanted, "source", found.name);
    expect(name, wanted, "place", place_of(&found));
    expect(name, wanted, "roles", roles_text(found.roles));
    expect(name, wanted, "region", region_find(&arena, value_get_text(given, "region"), &settings));
    assert_int_equal(ok, found.keys.access_key.length > 0 || found.fetch);
    assert_int_equal(ok, !diags_have_errors(&diags));
}

static void sources_are_asked_in_order(void **state)
{
    Text folder = TEXT_LIT(TESTS_DIR "/aws/credentials");
    Value cases = read_case(folder);

    (void)state;
    assert_true(value_count(cases) >= 15);
    for (size_t i = 0; i < value_count(cases); i++)
        check_case(folder, value_key_at(cases, i), value_at(cases, i));
    clear_environment();
}

static void files_of_the_provider_block_replace_the_usual_ones(void **state)
{
    Text files[] = { TEXT_LIT("/no/such/file"), TEXT_LIT("~/.aws/other_credentials") };
    CredentialSettings settings = { .profile = TEXT_LIT("other"),
                                    .credentials_files = files,
                                    .credentials_file_count = 2 };
    Diags diags = diags_make(&arena);
    KeySource found;

    (void)state;
    clear_environment();
    setenv("HOME", TESTS_DIR "/aws/credentials", 1);
    assert_true(credentials_find(&arena, &settings, &found, &diags));
    assert_true(text_is(found.keys.access_key, "AKOTHER"));
    settings.profile = TEXT_LIT("dev"); /* it has no keys in the config file */
    assert_true(credentials_find(&arena, &settings, &found, &diags));
    assert_true(found.fetch && found.is_last_resort);
}

static void the_file_format(void **state)
{
    ProfileFiles files = { 0 };

    (void)state;
    profile_files_parse(&arena,
                        TEXT_LIT("lost = 1\n[default]\nREGION= eu-west-1 # home\n; "
                                 "note\n\n[profile \"a b\"]\nregion=us-east-2\n"
                                 "s3 =\n  addressing_style = path\n\tmax = 5\nkey=x#y\n[services "
                                 "svc]\nkinesis =\n  endpoint_url = http://k\n"
                                 "lambda =\n  endpoint_url = http://l\n[broken\nregion=x"),
                        false, &files);
    assert_true(
        text_is(profile_files_find(&files, "profile", TEXT_LIT("default"), TEXT_NONE, "region"),
                "eu-west-1"));
    assert_true(text_is(profile_files_find(&files, "profile", TEXT_LIT("a b"), TEXT_NONE, "region"),
                        "us-east-2"));
    assert_true(text_is(
        profile_files_find(&files, "profile", TEXT_LIT("a b"), TEXT_LIT("s3"), "addressing_style"),
        "path"));
    assert_true(text_is(
        profile_files_find(&files, "profile", TEXT_LIT("a b"), TEXT_LIT("s3"), "max"), "5"));
    assert_true(
        text_is(profile_files_find(&files, "profile", TEXT_LIT("a b"), TEXT_NONE, "key"), "x#y"));
    assert_int_equal(
        profile_files_find(&files, "profile", TEXT_LIT("a b"), TEXT_NONE, "addressing_style")
            .length,
        0);
    assert_true(text_is(
        profile_files_find(&files, "services", TEXT_LIT("svc"), TEXT_LIT("lambda"), "endpoint_url"),
        "http://l"));
    assert_false(profile_files_have(&files, "profile", TEXT_LIT("svc")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_are_asked_in_order),
        cmocka_unit_test(files_of_the_provider_block_replace_the_usual_ones),
        cmocka_unit_test(the_file_format),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failed;
}
