/* layer: state */
#include "pipectl/state/store.h"

#include "pipectl/state/journal.h"
#include "pipectl/state/lock.h"
#include "pipectl/state/statefile.h"
#include "pipectl/value/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static Arena arena;
static Diags diags;

#define STATE   "terraform.tfstate"
#define BACKUP  "terraform.tfstate.backup"
#define JOURNAL "terraform.tfstate.journal"

static const Text aws = TEXT_INIT("provider[\"registry.terraform.io/hashicorp/aws\"]");

#define assert_text(text, expected) \
    assert_string_equal(text_cstring(&arena, (text)), (expected))

static int enter_folder(void **state)
{
    char *name = text_cstring(&arena, TEXT_LIT("/tmp/pipectl-store-XXXXXX"));

    *state = mkdtemp(name);
    diags = diags_make(&arena);
    return *state ? chdir(name) : -1;
}

static int leave_folder(void **state)
{
    Text command = text_format(&arena, "rm -rf '%s'", (char *)*state);

    return chdir("/") || system(command.bytes);
}

/* --- tools ---------------------------------------------------------------------------------- */

static StateStore *open_with(bool writable, bool (*confirm)(void *, Text))
{
    StoreSettings settings = {
        .path = TEXT_LIT(STATE),
        .lock = true,
        .writable = writable,
        .operation = TEXT_LIT("OperationTypeApply"),
        .confirm = confirm,
    };

    return store_open(&arena, &settings, &diags);
}

static StateStore *open_store(void)
{
    StateStore *store = open_with(true, NULL);

    if (!store)
        fail_msg("%s", text_cstring(&arena, diags.list.items[diags.list.count - 1].detail));
    return store;
}

static Address address_of(const char *text)
{
    Address address;

    assert_true(address_parse(&arena, text_of(text), RANGE_NONE, &address, NULL, &diags));
    return address;
}

static Value attributes_of(const char *id)
{
    Text keys[] = { TEXT_LIT("id") };
    Value values[] = { value_string(&arena, text_of(id)) };

    return value_object(&arena, keys, values, 1);
}

static const InstanceObject *object_of(const char *id)
{
    InstanceObject *object = arena_new(&arena, InstanceObject);

    object->attributes = attributes_of(id);
    object->schema_version = 1;
    return object;
}

static int64_t begin(StateStore *store, const char *address, const char *action)
{
    StoreIntent intent = {
        .address = address_of(address),
        .provider = aws,
        .action = text_of(action),
        .planned = text_is(text_of(action), "delete") ? value_null(type_dynamic) : attributes_of("planned"),
        .prior = value_null(type_dynamic),
    };

    return store_begin(store, &intent);
}

static void create(StateStore *store, const char *address, const char *id)
{
    int64_t number = begin(store, address, "create");

    assert_true(store_sync(store, &diags));
    store_identity(store, number, attributes_of(id));
    store_end(store, number, object_of(id), false);
}

/* The id of the current object; "" when there is none. */
static const char *id_of(const State *state, const char *name)
{
    const StateInstance *instance = state_find(state, text_of(name));

    if (!instance || !instance->current)
        return "";
    return text_cstring(&arena, value_get_text(instance->current->attributes, "id"));
}

static Text content_of(const char *path)
{
    Text content = TEXT_NONE;
    bool exists;

    file_read_optional(&arena, text_of(path), &exists, &content, &diags);
    return content;
}

static void put_file(const char *path, Text content)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    if (content.length)
        assert_int_equal(fwrite(content.bytes, 1, content.length, file), content.length);
    fclose(file);
}

static bool has_diag(const char *summary)
{
    for (size_t i = 0; i < diags.list.count; i++)
        if (text_is(diags.list.items[i].summary, summary))
            return true;
    return false;
}

/* Runs [work] in a process that dies without closing anything. */
static void die_in(void (*work)(void))
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        work();
        _exit(42);
    }
    waitpid(child, &status, 0);
    assert_int_equal(WEXITSTATUS(status), 42);
}

/* --- the normal course ---------------------------------------------------------------------- */

static void an_apply_leaves_the_state_and_nothing_else(void **state)
{
    StateStore *store = open_store();
    TextList names;
    struct stat status;

    (void)state;
    create(store, "aws_x.a", "1");
    assert_int_equal(file_kind(TEXT_LIT(JOURNAL)), FILE_REGULAR);
    state_put_output(store_state(store), TEXT_LIT("o"), value_bool(true), false);
    store_changed(store);
    assert_true(store_close(store, &diags));
    assert_int_equal(diags.list.count, 0);
    assert_true(file_list(&arena, TEXT_LIT("."), &names, RANGE_NONE, &diags));
    assert_int_equal(names.count, 1);
    assert_int_equal(stat(STATE, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    store = open_store();
    assert_string_equal(id_of(store_state(store), "aws_x.a"), "1");
    assert_int_equal(store_state(store)->serial, 1);
    assert_int_equal(store_state(store)->lineage.length, 36);
    assert_true(store_close(store, &diags));
}

static void same_content_same_serial(void **state)
{
    StateStore *store = open_store();
    Text before;

    (void)state;
    create(store, "aws_x.a", "1");
    assert_true(store_close(store, &diags));
    before = content_of(STATE);
    store = open_store();
    state_put(store_state(store), address_of("aws_x.a"), aws, object_of("1"));
    store_changed(store);
    assert_true(store_close(store, &diags));
    assert_true(text_equal(before, content_of(STATE)));
    assert_int_equal(file_kind(TEXT_LIT(BACKUP)), FILE_ABSENT);
}

static void the_backup_is_what_was_there_before_the_run(void **state)
{
    StateStore *store = open_store();
    Text before;

    (void)state;
    create(store, "aws_x.a", "1");
    assert_true(store_close(store, &diags));
    before = content_of(STATE);
    store = open_store();
    for (int i = 0; i < 3; i++) {
        create(store, text_format(&arena, "aws_x.b[%d]", i).bytes, "2");
        clock_set(clock_monotonic() + SECONDS(100));
        store_write_if_due(store, &diags);
    }
    clock_set(0);
    assert_int_equal(store_state(store)->serial, 4);
    assert_true(store_close(store, &diags));
    assert_true(text_equal(before, content_of(BACKUP)));
}

static void a_new_state_has_no_backup(void **state)
{
    StateStore *store = open_store();

    (void)state;
    for (int i = 0; i < 2; i++) {
        create(store, text_format(&arena, "aws_x.b[%d]", i).bytes, "2");
        clock_set(clock_monotonic() + SECONDS(100));
        store_write_if_due(store, &diags);
    }
    clock_set(0);
    assert_int_equal(store_state(store)->serial, 2);
    assert_true(store_close(store, &diags));
    assert_int_equal(file_kind(TEXT_LIT(BACKUP)), FILE_ABSENT);
}

static void the_snapshot_follows_within_a_second(void **state)
{
    StateStore *store = open_store();

    (void)state;
    clock_set(SECONDS(100));
    assert_true(store_due(store) == 0);
    create(store, "aws_x.a", "1");
    assert_true(store_due(store) == SECONDS(101));
    clock_set(SECONDS(100) + MILLISECONDS(900));
    store_write_if_due(store, &diags);
    assert_int_equal(content_of(STATE).length, 0);
    create(store, "aws_x.b", "2");
    assert_true(store_due(store) == SECONDS(101));
    clock_set(SECONDS(101));
    store_write_if_due(store, &diags);
    assert_true(content_of(STATE).length > 0);
    assert_true(store_due(store) == 0);
    clock_set(0);
    assert_true(store_close(store, &diags));
}

static void a_plan_writes_nothing(void **state)
{
    StateStore *store = open_with(false, NULL);
    TextList names;

    (void)state;
    assert_non_null(store);
    assert_true(state_is_empty(store_state(store)));
    store_changed(store);
    assert_true(store_close(store, &diags));
    assert_true(file_list(&arena, TEXT_LIT("."), &names, RANGE_NONE, &diags));
    assert_int_equal(names.count, 0);
}

/* --- the process dies ----------------------------------------------------------------------- */

static void die_in_the_middle(void)
{
    StateStore *store = open_store();
    int64_t update, identified;

    create(store, "aws_x.finished", "1");
    begin(store, "aws_x.lost", "create");
    identified = begin(store, "module.m[\"k\"].aws_x.identified[0]", "create");
    update = begin(store, "aws_x.finished", "update");
    assert_true(store_sync(store, &diags));
    store_identity(store, identified, attributes_of("7"));
    (void)update;
}

static void the_next_run_knows_what_happened(void **state)
{
    StateStore *store;
    const JournalDoubtList *doubts;

    (void)state;
    die_in(die_in_the_middle);
    assert_int_equal(content_of(STATE).length, 0);
    store = open_with(false, NULL); /* a plan: looks, and leaves it */
    assert_string_equal(id_of(store_state(store), "aws_x.finished"), "1");
    assert_int_equal(store_doubts(store)->count, 3);
    assert_true(store_close(store, &diags));
    assert_true(content_of(JOURNAL).length > 0);

    store = open_store();
    assert_true(has_diag("An earlier run was stopped"));
    doubts = store_doubts(store);
    assert_int_equal(doubts->count, 3);
    assert_text(doubts->items[0].name, "aws_x.lost");
    assert_true(value_is_null(doubts->items[0].identity));
    assert_text(value_get_text(doubts->items[0].planned, "id"), "planned");
    assert_text(doubts->items[1].name, "module.m[\"k\"].aws_x.identified[0]");
    assert_text(value_get_text(doubts->items[1].identity, "id"), "7");
    assert_int_equal(doubts->items[1].address.key.integer, 0);
    assert_text(doubts->items[2].action, "update");
    store_resolve(store, &doubts->items[0], NULL);
    store_resolve(store, &doubts->items[1], object_of("7"));
    store_resolve(store, &doubts->items[2], object_of("1"));
    assert_true(store_close(store, &diags));
    assert_int_equal(file_kind(TEXT_LIT(JOURNAL)), FILE_ABSENT);

    store = open_store();
    assert_string_equal(id_of(store_state(store), "module.m[\"k\"].aws_x.identified[0]"), "7");
    assert_null(state_find(store_state(store), TEXT_LIT("aws_x.lost")));
    assert_true(store_close(store, &diags));
}

static void die_again(void)
{
    StateStore *store = open_store();

    store_resolve(store, &store_doubts(store)->items[0], object_of("5"));
    create(store, "aws_x.second", "2");
    begin(store, "aws_x.lost_again", "create");
    assert_true(store_sync(store, &diags));
}

/* The second run found no other content than the first, and named it again. */
static void a_second_death_loses_nothing(void **state)
{
    StateStore *store;

    (void)state;
    die_in(die_in_the_middle);
    die_in(die_again);
    assert_int_equal(content_of(STATE).length, 0);
    store = open_store();
    assert_string_equal(id_of(store_state(store), "aws_x.finished"), "1");
    assert_string_equal(id_of(store_state(store), "aws_x.lost"), "5");
    assert_string_equal(id_of(store_state(store), "aws_x.second"), "2");
    assert_int_equal(store_doubts(store)->count, 3);
    assert_text(store_doubts(store)->items[2].name, "aws_x.lost_again");
    assert_true(store_close(store, &diags));
}

static void a_doubt_stays_until_it_is_resolved(void **state)
{
    StateStore *store;

    (void)state;
    die_in(die_in_the_middle);
    for (int i = 0; i < 3; i++) {
        store = open_store();
        assert_int_equal(store_doubts(store)->count, i < 2 ? 3 : 2);
        if (i == 1)
            store_resolve(store, &store_doubts(store)->items[0], object_of("5"));
        create(store, text_format(&arena, "aws_x.more[%d]", i).bytes, "9");
        assert_true(store_close(store, &diags));
        assert_int_equal(file_kind(TEXT_LIT(JOURNAL)), FILE_REGULAR);
    }
    store = open_store();
    assert_string_equal(id_of(store_state(store), "aws_x.lost"), "5");
    assert_string_equal(id_of(store_state(store), "aws_x.more[2]"), "9");
    assert_true(store_close(store, &diags));
}

static void a_change_may_end_in_doubt(void **state)
{
    StateStore *store = open_store();
    int64_t number = begin(store, "aws_x.a", "create");

    (void)state;
    assert_true(store_sync(store, &diags));
    store_end(store, number, NULL, true);
    assert_true(store_close(store, &diags));
    store = open_store();
    assert_int_equal(store_doubts(store)->count, 1);
    assert_null(state_find(store_state(store), TEXT_LIT("aws_x.a")));
    assert_true(store_close(store, &diags));
}

static void replace_and_die(void)
{
    StateStore *store = open_store();

    state_depose(store_state(store), TEXT_LIT("aws_x.a"));
    state_move(store_state(store), TEXT_LIT("aws_x.b"), address_of("aws_x.moved"));
    state_put(store_state(store), address_of("aws_x.forgotten"), aws, NULL);
    store_changed(store);
    create(store, "aws_x.a", "new");
    state_move(store_state(store), TEXT_LIT("aws_x.moved"), address_of("aws_x.again"));
    begin(store, "aws_x.again", "update"); /* nobody said store_changed, and still it has to be known */
    assert_true(store_sync(store, &diags));
}

static void bookkeeping_is_replayed_too(void **state)
{
    StateStore *store = open_store();
    const StateInstance *instance;

    (void)state;
    create(store, "aws_x.a", "old");
    create(store, "aws_x.b", "b");
    create(store, "aws_x.forgotten", "f");
    assert_true(store_close(store, &diags));
    die_in(replace_and_die);
    store = open_store();
    assert_string_equal(id_of(store_state(store), "aws_x.a"), "new");
    instance = state_find(store_state(store), TEXT_LIT("aws_x.a"));
    assert_int_equal(instance->deposed.count, 1);
    assert_text(value_get_text(instance->deposed.items[0].object->attributes, "id"), "old");
    assert_string_equal(id_of(store_state(store), "aws_x.again"), "b");
    assert_null(state_find(store_state(store), TEXT_LIT("aws_x.moved")));
    assert_null(state_find(store_state(store), TEXT_LIT("aws_x.b")));
    assert_null(state_find(store_state(store), TEXT_LIT("aws_x.forgotten")));
    assert_true(store_close(store, &diags));
}

/* --- after every byte ----------------------------------------------------------------------- */

/* What the complete lines of a journal say of one address. */
typedef struct Expected {
    bool begun, identified, ended;
} Expected;

static Expected expected_of(const JournalRecords *records, int64_t number)
{
    Expected expected = { 0 };

    for (size_t i = 0; i < records->count; i++) {
        Text kind = value_get_text(records->items[i], "record");
        Value record_number = value_get(records->items[i], "number");

        if (value_is_null(record_number) || value_to_integer(record_number) != number)
            continue;
        expected.begun |= text_is(kind, "begin");
        expected.identified |= text_is(kind, "identity");
        expected.ended |= text_is(kind, "end");
    }
    return expected;
}

static bool is_doubted(const StateStore *store, const char *name)
{
    for (size_t i = 0; i < store_doubts(store)->count; i++)
        if (text_is(store_doubts(store)->items[i].name, name))
            return true;
    return false;
}

/* Ended: in the state. Begun: in doubt. Neither: nothing was sent, and nothing is known. [in_file]: the
   snapshot has it. */
static void check(StateStore *store, const JournalRecords *records, int64_t number, const char *name,
                  bool in_file)
{
    Expected expected = expected_of(records, number);
    bool is_there = *id_of(store_state(store), name) != '\0';

    assert_int_equal(is_there, expected.ended || in_file);
    assert_int_equal(is_doubted(store, name), expected.begun && !expected.ended);
}

static void die_with_two(void)
{
    StateStore *store = open_store();

    create(store, "aws_x.a", "1");
    create(store, "aws_x.b", "2");
}

static void cut_off_after_any_byte(void **state)
{
    Text whole;

    (void)state;
    die_in(die_with_two);
    whole = content_of(JOURNAL);
    assert_true(whole.length > 800);
    for (size_t length = 0; length <= whole.length; length += 1 + length % 3) {
        ArenaMark mark = arena_mark(&arena);
        JournalRecords records;
        JournalEnd end;
        StateStore *store;

        diags = diags_make(&arena);
        unlink(STATE);
        put_file(JOURNAL, text_slice(whole, 0, length));
        store = open_with(false, NULL);
        assert_non_null(store);
        records = journal_read(&arena, text_slice(whole, 0, length), &end);
        check(store, &records, 1, "aws_x.a", false);
        check(store, &records, 2, "aws_x.b", false);
        store_close(store, &diags);
        arena_rewind(&arena, mark);
    }
    diags = diags_make(&arena);
}

static void die_after_a_snapshot(void)
{
    StateStore *store = open_store();

    create(store, "aws_x.a", "1");
    begin(store, "aws_x.open", "create");
    clock_set(clock_monotonic() + SECONDS(100));
    store_write_if_due(store, &diags);
    clock_set(0);
    create(store, "aws_x.b", "2");
}

/* The process may die at any moment around the rename: both states are right with what the journal then
   says. A journal that ends before its "snapshot" record has the old file beside it. */
static void cut_off_around_a_snapshot(void **state)
{
    Text whole, file;
    size_t snapshot_at;

    (void)state;
    die_in(die_after_a_snapshot);
    whole = content_of(JOURNAL);
    file = content_of(STATE);
    snapshot_at = text_find(whole, TEXT_LIT("\"record\":\"snapshot\""));
    assert_true(snapshot_at != TEXT_NOT_FOUND && file.length);
    for (size_t length = 0; length <= whole.length; length += 1 + length % 3) {
        Text cut = text_slice(whole, 0, length);
        bool has_snapshot = text_find(cut, TEXT_LIT("\"snapshot\"")) != TEXT_NOT_FOUND &&
                            text_find(text_slice(cut, snapshot_at, length), TEXT_LIT("\n")) != TEXT_NOT_FOUND;

        for (int renamed = 0; renamed <= has_snapshot; renamed++) {
            ArenaMark mark = arena_mark(&arena);
            JournalRecords records;
            JournalEnd end;
            StateStore *store;

            diags = diags_make(&arena);
            unlink(STATE);
            if (renamed)
                put_file(STATE, file);
            put_file(JOURNAL, cut);
            store = open_with(false, NULL);
            assert_non_null(store);
            records = journal_read(&arena, cut, &end);
            check(store, &records, 1, "aws_x.a", renamed);
            check(store, &records, 2, "aws_x.open", false);
            check(store, &records, 3, "aws_x.b", false);
            store_close(store, &diags);
            arena_rewind(&arena, mark);
        }
    }
    diags = diags_make(&arena);
}

/* --- others wrote --------------------------------------------------------------------------- */

static State *read_state(void)
{
    const Source *source;

    source = source_make(&arena, TEXT_LIT(STATE), content_of(STATE));
    return statefile_read(&arena, source, &diags);
}

static void write_state(State *state)
{
    put_file(STATE, statefile_text(&arena, state));
}

static void die_with_three(void)
{
    StateStore *store = open_store();

    create(store, "aws_x.kept", "1");
    create(store, "aws_x.unknown", "2");
    create(store, "aws_x.other", "3");
}

static void finished_changes_are_doubted_after_others_wrote(void **unused)
{
    StateStore *store = open_store();
    State *state;
    const StateInstance *instance;

    (void)unused;
    create(store, "aws_x.base", "0");
    assert_true(store_close(store, &diags));
    die_in(die_with_three);
    state = read_state();
    state->serial++;
    state_put(state, address_of("aws_x.kept"), aws, object_of("1"));
    state_put(state, address_of("aws_x.other"), aws, object_of("theirs"));
    write_state(state);

    for (int round = 0; round < 2; round++) { /* the second after a run that died without resolving */
        diags = diags_make(&arena);
        store = open_store();
        assert_int_equal(store_doubts(store)->count, 2);
        assert_text(store_doubts(store)->items[0].name, "aws_x.unknown");
        assert_text(value_get_text(store_doubts(store)->items[0].identity, "id"), "2");
        assert_text(store_doubts(store)->items[1].name, "aws_x.other");
        if (!round) {
            create(store, "aws_x.more", "4");
            assert_true(store_close(store, &diags));
        }
    }
    store_resolve(store, &store_doubts(store)->items[0], object_of("2"));
    store_resolve(store, &store_doubts(store)->items[1], object_of("3"));
    assert_true(store_close(store, &diags));
    assert_true(has_diag("Two objects of one resource"));
    store = open_store();
    assert_string_equal(id_of(store_state(store), "aws_x.unknown"), "2");
    assert_string_equal(id_of(store_state(store), "aws_x.other"), "theirs");
    instance = state_find(store_state(store), TEXT_LIT("aws_x.other"));
    assert_int_equal(instance->deposed.count, 1);
    assert_text(value_get_text(instance->deposed.items[0].object->attributes, "id"), "3");
    assert_int_equal(file_kind(TEXT_LIT(JOURNAL)), FILE_ABSENT);
    assert_true(store_close(store, &diags));
}

static void a_journal_of_another_lineage_is_put_aside(void **unused)
{
    StateStore *store;
    State *state;
    TextList names;

    (void)unused;
    die_in(die_with_two);
    state = state_make(&arena);
    state->lineage = TEXT_LIT("11111111-2222-3333-4444-555555555555");
    state->serial = 1;
    write_state(state);
    store = open_store();
    assert_true(has_diag("A journal of another state"));
    assert_int_equal(store_doubts(store)->count, 0);
    assert_true(state_is_empty(store_state(store)));
    assert_true(store_close(store, &diags));
    assert_true(file_list(&arena, TEXT_LIT("."), &names, RANGE_NONE, &diags));
    assert_int_equal(names.count, 2);
    assert_true(text_starts_with(names.items[1], TEXT_LIT(JOURNAL ".")));
    diags = diags_make(&arena);
    store = open_store();
    assert_true(has_diag("A journal of another state"));
    assert_true(store_close(store, &diags));
}

/* --- damaged files -------------------------------------------------------------------------- */

static bool yes(void *user, Text question)
{
    (void)user;
    assert_true(text_find(question, TEXT_LIT("backup")) != TEXT_NOT_FOUND);
    return true;
}

static void change_and_die(void)
{
    StateStore *store = open_store();

    create(store, "aws_x.b", "2");
    clock_set(clock_monotonic() + SECONDS(100));
    store_write_if_due(store, &diags);
    clock_set(0);
    create(store, "aws_x.c", "3");
}

static void a_damaged_state_is_made_of_backup_and_journal(void **unused)
{
    static const char *const damaged[] = { "", "{\"version\": 4, \"terr", "xx" };

    (void)unused;
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        StateStore *store;
        Text backup;

        unlink(STATE);
        unlink(BACKUP);
        store = open_store();
        create(store, "aws_x.a", "1");
        assert_true(store_close(store, &diags));
        die_in(change_and_die);
        put_file(STATE, text_of(damaged[i]));
        backup = content_of(BACKUP);
        diags = diags_make(&arena);
        assert_null(open_with(true, NULL));
        assert_true(has_diag("The state file is damaged"));
        assert_text(content_of(STATE), damaged[i]);
        diags = diags_make(&arena);
        store = open_with(true, yes);
        assert_non_null(store);
        assert_string_equal(id_of(store_state(store), "aws_x.a"), "1");
        assert_string_equal(id_of(store_state(store), "aws_x.b"), "2");
        assert_string_equal(id_of(store_state(store), "aws_x.c"), "3");
        assert_true(store_close(store, &diags));
        assert_true(text_equal(backup, content_of(BACKUP)));
        store = open_store();
        assert_string_equal(id_of(store_state(store), "aws_x.c"), "3");
        assert_true(store_close(store, &diags));
    }
}

static void an_empty_file_without_a_journal_is_refused(void **unused)
{
    (void)unused;
    put_file(STATE, TEXT_NONE);
    assert_null(open_with(true, yes));
    assert_true(has_diag("The state file is damaged"));
    assert_int_equal(file_kind(TEXT_LIT(STATE)), FILE_REGULAR);
}

static void a_state_that_was_removed_is_not_a_new_one(void **unused)
{
    StateStore *store = open_store();

    (void)unused;
    create(store, "aws_x.a", "1");
    assert_true(store_close(store, &diags));
    die_in(change_and_die);
    unlink(STATE);
    assert_null(open_with(true, NULL));
    assert_int_equal(file_kind(TEXT_LIT(STATE)), FILE_ABSENT);
    assert_int_equal(file_kind(TEXT_LIT(JOURNAL)), FILE_REGULAR);
    store = open_with(true, yes);
    assert_string_equal(id_of(store_state(store), "aws_x.c"), "3");
    assert_true(store_close(store, &diags));
}

static void a_pushed_state_keeps_its_serial(void **unused)
{
    StateStore *store = open_store();
    State *state = state_make(&arena);

    (void)unused;
    create(store, "aws_x.a", "1");
    assert_true(store_close(store, &diags));
    state->lineage = TEXT_LIT("11111111-2222-3333-4444-555555555555");
    state->serial = 77;
    store = open_store();
    store_push(store, state);
    assert_true(store_close(store, &diags));
    state = read_state();
    assert_int_equal(state->serial, 77);
    assert_text(state->lineage, "11111111-2222-3333-4444-555555555555");
}

static void a_replaced_state_goes_on_counting(void **unused)
{
    StateStore *store = open_store();
    State *state;
    int64_t serial;
    Text lineage;

    (void)unused;
    create(store, "aws_x.a", "1");
    assert_true(store_close(store, &diags));
    store = open_store();
    serial = store_state(store)->serial;
    lineage = store_state(store)->lineage;
    state = state_copy(&arena, store_state(store));
    store_replace(store, state);
    assert_true(store_close(store, &diags));
    assert_int_equal(read_state()->serial, serial); /* nothing has changed */
    store = open_store();
    state = state_copy(&arena, store_state(store));
    state_put_output(state, TEXT_LIT("x"), value_bool(true), false);
    store_replace(store, state);
    assert_true(store_close(store, &diags));
    assert_int_equal(read_state()->serial, serial + 1);
    assert_true(text_equal(read_state()->lineage, lineage));
}

/* A file that is a mount point can only be rewritten in place. */
static void what_cannot_be_renamed_is_rewritten(void **unused)
{
    StateStore *store = open_store();
    Text journal, content;

    (void)unused;
    create(store, "aws_x.a", "1");
    assert_true(store_close(store, &diags));
    if (mount(STATE, STATE, NULL, MS_BIND, NULL) < 0)
        skip();
    store = open_store();
    create(store, "aws_x.b", "2");
    clock_set(clock_monotonic() + SECONDS(100));
    store_write_if_due(store, &diags);
    clock_set(0);
    journal = content_of(JOURNAL);
    assert_true(store_close(store, &diags));
    umount(STATE);
    assert_int_equal(diags.list.count, 0);
    content = content_of(STATE);
    store = open_store();
    assert_string_equal(id_of(store_state(store), "aws_x.b"), "2");
    assert_true(store_close(store, &diags));

    /* died while it was being rewritten: the journal ends before "written", the file anywhere */
    journal = text_slice(journal, 0, text_find_last(text_slice(journal, 0, journal.length - 1), TEXT_LIT("\n")) + 1);
    for (size_t length = 0; length < content.length; length += 97) {
        put_file(JOURNAL, journal);
        put_file(STATE, text_slice(content, 0, length));
        store = open_with(false, NULL);
        assert_non_null(store);
        assert_string_equal(id_of(store_state(store), "aws_x.a"), "1");
        assert_string_equal(id_of(store_state(store), "aws_x.b"), "2");
        assert_true(store_close(store, &diags));
    }
}

/* --- for tests/state/interop.py ------------------------------------------------------------- */

/* store_test hold MILLISECONDS REPLACEMENTS [TIMEOUT]: in the current folder, takes the lock, says so, replaces
   the state as often and releases the lock in the end. Exit 1, and the message, when it is held. */
static int hold(int count, char **arguments)
{
    LockSettings settings = {
        .path = TEXT_LIT(STATE),
        .operation = TEXT_LIT("OperationTypeApply"),
        .timeout = count > 4 ? SECONDS(atoi(arguments[4])) : 0,
    };
    unsigned milliseconds = (unsigned)atoi(arguments[2]);
    int replacements = atoi(arguments[3]);
    StateLock *lock = lock_acquire(&arena, &settings, &diags);
    Text content;

    if (!lock) {
        printf("%s\n", text_cstring(&arena, diags.list.items[0].detail));
        return 1;
    }
    lock_read(lock, &arena, &content, &diags);
    printf("held %zu\n", content.length);
    fflush(stdout);
    for (int i = 0; i <= replacements; i++) {
        usleep(milliseconds * 1000 / (unsigned)(replacements + 1));
        if (i < replacements && lock_replace(lock, content, &diags) != FILE_REPLACED)
            return 2;
    }
    lock_release(lock);
    return 0;
}

/* store_test rewrite: opens the state, adds an output and writes it. */
static int rewrite(void)
{
    StateStore *store = open_store();

    if (!store)
        return 1;
    state_put_output(store_state(store), TEXT_LIT("added"), value_bool(true), false);
    store_changed(store);
    return !store_close(store, &diags);
}

static int run_command(int count, char **arguments)
{
    diags = diags_make(&arena);
    if (count > 3 && strcmp(arguments[1], "hold") == 0)
        return hold(count, arguments);
    return strcmp(arguments[1], "rewrite") == 0 ? rewrite() : 2;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

int main(int argument_count, char **arguments)
{
    if (argument_count > 1) {
        int status = run_command(argument_count, arguments);

        arena_free(&arena);
        return status;
    }
    const struct CMUnitTest tests[] = {
        TEST(an_apply_leaves_the_state_and_nothing_else),
        TEST(same_content_same_serial),
        TEST(the_backup_is_what_was_there_before_the_run),
        TEST(a_new_state_has_no_backup),
        TEST(the_snapshot_follows_within_a_second),
        TEST(a_plan_writes_nothing),
        TEST(the_next_run_knows_what_happened),
        TEST(a_second_death_loses_nothing),
        TEST(a_doubt_stays_until_it_is_resolved),
        TEST(a_change_may_end_in_doubt),
        TEST(bookkeeping_is_replayed_too),
        TEST(cut_off_after_any_byte),
        TEST(cut_off_around_a_snapshot),
        TEST(finished_changes_are_doubted_after_others_wrote),
        TEST(a_journal_of_another_lineage_is_put_aside),
        TEST(a_damaged_state_is_made_of_backup_and_journal),
        TEST(an_empty_file_without_a_journal_is_refused),
        TEST(a_state_that_was_removed_is_not_a_new_one),
        TEST(a_pushed_state_keeps_its_serial),
        TEST(a_replaced_state_goes_on_counting),
        TEST(what_cannot_be_renamed_is_rewritten),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failures;
}
