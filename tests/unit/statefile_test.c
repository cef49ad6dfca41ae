/* layer: state */
#include "pipectl/state/statefile.h"

#include "pipectl/base/file.h"
#include "scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static Arena arena;
static Diags diags;

#define assert_text(text, expected) \
    assert_string_equal(text_cstring(&arena, (text)), (expected))

static int start(void **state)
{
    (void)state;
    diags = diags_make(&arena);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static State *read_text(Text text)
{
    const Source *source;

    source = source_make(&arena, TEXT_LIT("terraform.tfstate"), text);
    return statefile_read(&arena, source, &diags);
}

static Text read_case(const char *path)
{
    Text content = TEXT_NONE;
    bool ok = file_read(&arena, text_format(&arena, "%s/state/%s", TESTS_DIR, path), &content,
                        RANGE_NONE, &diags);

    assert_true(ok);
    return content;
}

/* Each file in tests/state/files was written by Terraform 1.11.4. */
static void what_terraform_wrote_is_written_again_byte_for_byte(void **state)
{
    TextList names;
    Text folder = text_format(&arena, "%s/state/files", TESTS_DIR);

    (void)state;
    assert_true(file_list(&arena, folder, &names, RANGE_NONE, &diags));
    assert_true(names.count >= 3);
    for (size_t i = 0; i < names.count; i++) {
        Text path = text_format(&arena, "files/" TEXT_FMT, TEXT(names.items[i]));
        Text content = read_case(path.bytes);
        State *read = read_text(content);

        if (!read)
            fail_msg("%s: %s", path.bytes, text_cstring(&arena, diags.list.items[0].detail));
        assert_text(statefile_text(&arena, read), text_cstring(&arena, content));
        assert_text(statefile_text(&arena, state_copy(&arena, read)), text_cstring(&arena, content));
    }
}

/* tests/state/errors/NAME.tfstate must be refused with the words of NAME.txt in the first message. */
static void what_is_no_state_is_refused(void **state)
{
    TextList names;
    Text folder = text_format(&arena, "%s/state/errors", TESTS_DIR);

    (void)state;
    assert_true(file_list(&arena, folder, &names, RANGE_NONE, &diags));
    assert_true(names.count >= 10);
    for (size_t i = 0; i < names.count; i++) {
        Text base, extension, content, expected;

        text_cut(names.items[i], TEXT_LIT("."), &base, &extension);
        if (!text_is(extension, "tfstate"))
            continue;
        content = read_case(text_format(&arena, "errors/" TEXT_FMT, TEXT(names.items[i])).bytes);
        expected = text_trim(read_case(text_format(&arena, "errors/" TEXT_FMT ".txt", TEXT(base)).bytes));
        diags = diags_make(&arena);
        if (read_text(content))
            fail_msg(TEXT_FMT " was accepted", TEXT(base));
        assert_true(diags.error_count >= 1);
        if (text_find(diags.list.items[0].detail, expected) == TEXT_NOT_FOUND)
            fail_msg(TEXT_FMT ": \"" TEXT_FMT "\" is not in \"" TEXT_FMT "\"", TEXT(base), TEXT(expected),
                     TEXT(diags.list.items[0].detail));
    }
}

/* A file that was cut off anywhere is refused, never half read. */
static void no_beginning_of_a_file_is_a_file(void **state)
{
    Text whole = text_trim(read_case("files/every_member.tfstate"));

    (void)state;
    for (size_t length = 0; length < whole.length; length += 1 + length % 7) {
        ArenaMark mark = arena_mark(&arena);

        diags = diags_make(&arena);
        assert_null(read_text(text_slice(whole, 0, length)));
        arena_rewind(&arena, mark);
    }
    diags = diags_make(&arena);
}

static void members_of_newer_writers_stay_with_their_object(void **state)
{
    State *read = read_text(read_case("newer.tfstate"));
    StateInstance *instance;
    InstanceObject changed;

    (void)state;
    assert_non_null(read);
    assert_text(statefile_text(&arena, read), text_cstring(&arena, read_case("newer.written.tfstate")));
    instance = state_find(read, TEXT_LIT("aws_x.n"));
    changed = *instance->current;
    changed.other = value_null(type_dynamic);
    state_put(read, instance->address, instance->provider, &changed);
    assert_true(text_find(statefile_text(&arena, read), TEXT_LIT("identity")) == TEXT_NOT_FOUND);
}

static void what_is_read(void **state)
{
    State *read = read_text(read_case("files/every_member.tfstate"));
    const StateInstance *instance;
    const StateOutput *output;

    (void)state;
    assert_non_null(read);
    assert_int_equal(read->serial, 8);
    assert_text(read->lineage, "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee");
    instance = state_find(read, TEXT_LIT("module.b.aws_x.n[2]"));
    assert_non_null(instance);
    assert_true(instance->current->tainted);
    assert_int_equal(instance->deposed.count, 2);
    assert_text(provider_text_source(instance->provider), "registry.terraform.io/hashicorp/aws");
    assert_text(provider_text_alias(instance->provider), "west");
    assert_text(provider_text_module(instance->provider), "module.b");
    assert_text(provider_text(&arena, TEXT_LIT("module.b"), TEXT_LIT("registry.terraform.io/hashicorp/aws"),
                              TEXT_LIT("west")),
                text_cstring(&arena, instance->provider));
    instance = state_find(read, TEXT_LIT("module.b.aws_x.n[10]"));
    assert_text(instance->current->dependencies.items[1], "module.x.a.a");
    assert_int_equal(instance->current->schema_version, 1);
    instance = state_find(read, TEXT_LIT("aws_b.n2"));
    assert_null(instance->current);
    output = state_output(read, TEXT_LIT("deep"));
    assert_true(output->sensitive);
    output = state_output(read, TEXT_LIT("st"));
    assert_int_equal(output->value.type->kind, TYPE_SET);
}

static void the_body_is_what_counts(void **state)
{
    State *read = read_text(read_case("files/every_member.tfstate"));
    Text before = statefile_body(statefile_text(&arena, read));

    (void)state;
    assert_true(before.length > 1000);
    read->serial++;
    read->lineage = TEXT_LIT("other");
    assert_true(text_equal(before, statefile_body(statefile_text(&arena, read))));
    state_remove_output(read, TEXT_LIT("a"));
    assert_false(text_equal(before, statefile_body(statefile_text(&arena, read))));
}

/* --- the state itself ----------------------------------------------------------------------- */

static Address address_of(const char *text)
{
    Address address;

    assert_true(address_parse(&arena, text_of(text), RANGE_NONE, &address, NULL, &diags));
    return address;
}

static const Text aws = TEXT_INIT("provider[\"registry.terraform.io/hashicorp/aws\"]");

static void objects_come_and_go(void **unused)
{
    State *state = state_make(&arena);
    InstanceObject a = { .schema_version = 1 }, b = { .schema_version = 2 };
    Text key;

    (void)unused;
    state->keeps_facts = true;
    state_put(state, address_of("aws_x.y[0]"), aws, &a);
    state_put(state, address_of("aws_x.y[1]"), aws, &b);
    assert_false(state_is_empty(state));
    key = state_depose(state, TEXT_LIT("aws_x.y[0]"));
    assert_int_equal(key.length, 8);
    assert_null(state_find(state, TEXT_LIT("aws_x.y[0]"))->current);
    assert_false(state_move(state, TEXT_LIT("aws_x.y[0]"), address_of("aws_x.y[1]")));
    assert_true(state_move(state, TEXT_LIT("aws_x.y[0]"), address_of("module.m[\"k\"].aws_x.z")));
    assert_null(state_find(state, TEXT_LIT("aws_x.y[0]")));
    assert_ptr_equal(state_find(state, TEXT_LIT("module.m[\"k\"].aws_x.z"))->deposed.items[0].object, &a);
    state_remove_deposed(state, TEXT_LIT("module.m[\"k\"].aws_x.z"), key);
    assert_null(state_find(state, TEXT_LIT("module.m[\"k\"].aws_x.z")));
    state_put(state, address_of("aws_x.y[1]"), aws, NULL);
    assert_true(state_is_empty(state));
    assert_int_equal(state->facts.count, 4);
}

static void a_copy_is_another_state(void **unused)
{
    State *state = state_make(&arena), *copy;
    InstanceObject a = { .schema_version = 1 };

    (void)unused;
    state_put(state, address_of("aws_x.y"), aws, &a);
    state_put_output(state, TEXT_LIT("b"), value_bool(true), false);
    copy = state_copy(&arena, state);
    state_depose(copy, TEXT_LIT("aws_x.y"));
    state_put_output(copy, TEXT_LIT("a"), value_bool(true), false);
    state_put_output(copy, TEXT_LIT("b"), value_null(type_bool), false);
    assert_ptr_equal(state_find(state, TEXT_LIT("aws_x.y"))->current, &a);
    assert_int_equal(state_find(state, TEXT_LIT("aws_x.y"))->deposed.count, 0);
    assert_non_null(state_output(state, TEXT_LIT("b")));
    assert_null(state_output(copy, TEXT_LIT("b")));
    assert_null(state_output(state, TEXT_LIT("a")));
}

static void many_instances_cost_no_more_each(void **unused)
{
    State *state = state_make(&arena);
    InstanceObject object = { .attributes = value_object(&arena, NULL, NULL, 0) };
    Text text;

    (void)unused;
    for (int i = 0; i < 20000; i++)
        state_put(state, address_of(text_format(&arena, "aws_x.y[%d]", i).bytes), aws, &object);
    text = statefile_text(&arena, state);
    state = read_text(text);
    assert_int_equal(state->instances.count, 20000);
    for (int i = 0; i < 20000; i++)
        state_put(state, address_of(text_format(&arena, "aws_x.y[%d]", i).bytes), aws, NULL);
    assert_true(state_is_empty(state));
}

/* --- scanning ------------------------------------------------------------------------------- */

static void scanning(void **state)
{
    Scan scan = scan_open(TEXT_LIT(" {\"a\" : [1, {\"]\": 2}] ,\"b\\\"\":\"}\\\\\", \"c\":null} "));
    Text key, value;

    (void)state;
    assert_true(scan_next(&scan, &key, &value));
    assert_text(key, "a");
    assert_text(value, "[1, {\"]\": 2}]");
    assert_true(scan_next(&scan, &key, &value));
    assert_text(key, "b\\\"");
    assert_text(value, "\"}\\\\\"");
    assert_true(scan_next(&scan, &key, &value));
    assert_text(value, "null");
    assert_false(scan_next(&scan, &key, &value));
    assert_true(scan_ok(&scan));
}

static void scanning_what_is_not_well_formed(void **state)
{
    static const char *const wrong[] = { "",      "1",       "{",        "[1,]",   "[1 2",  "{\"a\"}",
                                         "{a:1}", "[1]]",    "{\"a\":}", "[\"a]",  "[1],",  "{\"a\":1,}",
                                         "[,]",   "{\"a\":1" };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Scan scan = scan_open(text_of(wrong[i]));
        Text key, value;

        while (scan_next(&scan, &key, &value))
            ;
        if (scan_ok(&scan))
            fail_msg("%s", wrong[i]);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_terraform_wrote_is_written_again_byte_for_byte),
        TEST(what_is_no_state_is_refused),
        TEST(no_beginning_of_a_file_is_a_file),
        TEST(members_of_newer_writers_stay_with_their_object),
        TEST(what_is_read),
        TEST(the_body_is_what_counts),
        TEST(objects_come_and_go),
        TEST(a_copy_is_another_state),
        TEST(many_instances_cost_no_more_each),
        TEST(scanning),
        TEST(scanning_what_is_not_well_formed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
