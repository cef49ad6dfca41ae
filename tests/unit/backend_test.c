/* layer: backend */
#include "pipectl/backend/backend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static Arena arena;
static Diags diags;

static int setup(void **state)
{
    (void)state;
    diags = diags_make(&arena);
    return 0;
}

static const BackendKind *kind_of(const char *name)
{
    const BackendKind *kind = backend_kind_find(text_of(name));

    assert_non_null(kind);
    return kind;
}

/* A block's content in native syntax, and options of the command line separated by blanks. */
static Value config_of(const char *kind, const char *block, const char *options, uint32_t *ret_hash)
{
    const Source *source;
    BackendOptions list = { 0 };
    Text word, rest = text_of(options);

    source = source_make(&arena, TEXT_LIT("main.tf"), text_of(block));
    while (rest.length) {
        text_cut(rest, TEXT_LIT(" "), &word, &rest);
        list_add(&arena, &list, word);
    }
    return backend_config(&arena, kind_of(kind), body_read_hcl(&arena, source, &diags), &list, ret_hash, &diags);
}

static void expect_error(const char *part)
{
    for (size_t i = 0; i < diags.list.count; i++)
        if (text_find(diags.list.items[i].summary, text_of(part)) != TEXT_NOT_FOUND ||
            text_find(diags.list.items[i].detail, text_of(part)) != TEXT_NOT_FOUND) {
            diags = diags_make(&arena);
            return;
        }
    fail_msg("no message says \"%s\"", part);
}

/* Recorded by Terraform 1.11.4 in .terraform/terraform.tfstate. */
static void hashes_are_terraforms(void **state)
{
    static const struct {
        const char *kind, *block;
        uint32_t hash;
    } cases[] = {
        { "local", "path = \"foo.tfstate\"", 2456408028u },
        { "local", "path = \"x\"", 173457266u },
        { "local", "workspace_dir = \"y\"", 2253472179u },
        { "s3", "bucket = \"states\"\nkey = \"a/b.tfstate\"", 2480117949u },
        { "s3",
          "bucket = \"states\"\nkey = \"a/b.tfstate\"\nuse_lockfile = true\ndynamodb_table = \"locks\"\n"
          "use_path_style = true\nencrypt = true\nskip_requesting_account_id = true",
          2070813241u },
        { "s3",
          "bucket = \"states\"\nkey = \"a/b.tfstate\"\nuse_lockfile = true\ndynamodb_table = \"locks\"\n"
          "use_path_style = true\nmax_retries = 3\nallowed_account_ids = [\"123456789012\"]\n"
          "assume_role = { role_arn = \"arn:aws:iam::123456789012:role/x\" }\nskip_region_validation = true\n"
          "endpoints = { s3 = \"http://127.0.0.1:5948\" }",
          366078322u },
        { "http",
          "address = \"http://127.0.0.1:5987/st?a=b\"\nlock_address = \"http://127.0.0.1:5987/lk?c=d\"\n"
          "unlock_address = \"http://127.0.0.1:5987/lk\"\nusername = \"me\"\npassword = \"secret\"",
          1361186362u },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t hash = 0;

        (void)config_of(cases[i].kind, cases[i].block, "", &hash);
        assert_false(diags_have_errors(&diags));
        assert_int_equal(hash, cases[i].hash);
    }
}

static void options_go_over_the_block_and_not_into_its_hash(void **state)
{
    uint32_t plain = 0, overridden = 0;
    Value config;

    (void)state;
    (void)config_of("s3", "bucket = \"b\"", "", &plain);
    config = config_of("s3", "bucket = \"b\"",
                       "key=k bucket=c encrypt=true max_retries=7 allowed_account_ids=[\"1\",\"2\"]", &overridden);
    assert_false(diags_have_errors(&diags));
    assert_int_equal(plain, overridden);
    assert_true(text_is(value_get_text(config, "bucket"), "c"));
    assert_true(value_is_true(value_get(config, "encrypt")));
    assert_int_equal(value_to_integer(value_get(config, "max_retries")), 7);
    assert_int_equal(value_count(value_get(config, "allowed_account_ids")), 2);
}

static void mistakes_are_named(void **state)
{
    static const struct {
        const char *kind, *block, *options, *says;
    } cases[] = {
        { "s3", "bucket = var.b", "", "Variables not allowed" },
        { "s3", "bucket = upper(\"b\")", "", "Function calls not allowed" },
        { "s3", "bukket = \"b\"", "", "bukket" },
        { "s3", "encrypt = \"maybe\"", "", "encrypt" },
        { "s3", "endpoints = { s4 = \"x\" }", "", "s4" },
        { "s3", "", "nosuch=1", "nosuch" },
        { "s3", "", "no-such-file", "no-such-file" },
        { "s3", "", "allowed_account_ids=[", "" },
        { "http", "client_certificates_pem = \"x\"", "", "client_certificates_pem" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Value config = config_of(cases[i].kind, cases[i].block, cases[i].options, NULL);

        assert_true(value_is_unknown(config));
        expect_error(cases[i].says);
    }
}

static void values_that_make_no_sense_are_refused(void **state)
{
    static const struct {
        const char *kind, *block, *says;
    } cases[] = {
        { "local", "path = \"\"", "must not be empty" },
        { "s3", "key = \"k\"", "\"bucket\" is required" },
        { "s3", "bucket = \"b\"\nkey = \"/k\"", "must not start or end" },
        { "s3", "bucket = \"b\"\nkey = \"k/\"", "must not start or end" },
        { "s3", "bucket = \"b\"\nkey = \"a//k\"", "must not contain" },
        { "s3", "bucket = \"b\"\nkey = \"k\"\nworkspace_key_prefix = \"p/\"", "must not start or end" },
        { "s3", "bucket = \"b\"\nkey = \"k\"\nregion = \"mars-1\"", "mars-1" },
        { "s3", "bucket = \"b\"\nkey = \"k\"\nkms_key_id = \"a\"\nsse_customer_key = \"b\"", "Only one of" },
        { "s3", "bucket = \"b\"\nkey = \"k\"\nsse_customer_key = \"dG9vIHNob3J0\"", "44 characters" },
        { "s3", "bucket = \"b\"\nkey = \"k\"\nassume_role = { session_name = \"x\" }", "role_arn" },
        { "s3", "bucket = \"b\"\nkey = \"k\"\nassume_role = { role_arn = \"x\", duration = \"long\" }", "duration" },
        { "s3", "bucket = \"b\"\nkey = \"k\"\nretry_mode = \"adaptive\"", "retry_mode = \"adaptive\"" },
        { "http", "", "address" },
        { "http", "address = \"ftp://x\"", "no URL" },
        { "http", "address = \"http://x\"\nclient_certificate_pem = \"x\"", "client_private_key_pem is not" },
        { "http", "address = \"http://x\"\nclient_private_key_pem = \"x\"", "client_certificate_pem is not" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Value config = config_of(cases[i].kind, cases[i].block, "", NULL);

        assert_false(diags_have_errors(&diags));
        assert_false(backend_config_check(kind_of(cases[i].kind), config, RANGE_NONE, &diags));
        expect_error(cases[i].says);
    }
}

/* As Terraform takes them, but for "." and "..", which are no folders of their own. */
static void names_of_workspaces(void **state)
{
    static const char *const good[] = { "default", "a$b", "a&b", "a+b", "a:b", "a=b", "a@b", "a~b", "a.b", "-" };
    static const char *const bad[] = { "", ".", "..", "a b", "a/b", "a,b", "a;b", "a!b", "a'b", "a(b", "a*b",
                                       "a%b", "a\"b", "a[b", "\xc3\xa9" };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(workspace_name_is_valid(text_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(workspace_name_is_valid(text_of(bad[i])));
}

static void what_is_recorded_is_read_again(void **state)
{
    char *folder = mkdtemp(text_cstring(&arena, TEXT_LIT("/tmp/pipectl-backend-XXXXXX")));
    BackendRecord record = { TEXT_LIT("s3"), config_of("s3", "bucket = \"<b>\"\nkey = \"k\"", "", NULL), 4294967295 };
    BackendRecord found, none = { 0 };
    Value config;

    (void)state;
    setenv("TF_DATA_DIR", folder, 1);
    assert_true(backend_record_read(&arena, &found, &diags));
    assert_int_equal(found.type.length, 0);
    assert_true(backend_record_write(&record, &diags));
    assert_true(backend_record_read(&arena, &found, &diags));
    assert_true(text_is(found.type, "s3"));
    assert_int_equal(found.hash, 4294967295);
    config = backend_config_from(&arena, kind_of("s3"), found.config, false, RANGE_NONE, &diags);
    assert_true(value_same(config, record.config));
    assert_true(backend_record_write(&none, &diags));
    assert_true(backend_record_read(&arena, &found, &diags));
    assert_int_equal(found.type.length, 0);
    assert_false(diags_have_errors(&diags));
    unsetenv("TF_DATA_DIR");
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(hashes_are_terraforms, setup),
        cmocka_unit_test_setup(options_go_over_the_block_and_not_into_its_hash, setup),
        cmocka_unit_test_setup(mistakes_are_named, setup),
        cmocka_unit_test_setup(values_that_make_no_sense_are_refused, setup),
        cmocka_unit_test_setup(names_of_workspaces, setup),
        cmocka_unit_test_setup(what_is_recorded_is_read_again, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
