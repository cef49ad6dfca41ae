/* layer: state */
#include "pipectl/state/home.h"
#include "pipectl/state/store.h"
#include "pipectl/value/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * A home in memory. Writes are carried out when the store waits for them, one at a time, and only over the version that
 * was seen last. What it holds after each of them is what another machine finds when this one dies then.
 */
enum { MOST_MOMENTS = 64 };

typedef struct Objects {
    HomeContent state, journal;
} Objects;

typedef struct Write {
    bool is_journal;
    Text content;
    HomeDone *done;
    void *user;
} Write;

typedef struct FakeHome {
    StateHome home;
    Objects objects;
    Text seen_state, seen_journal;
    LIST(Write) pending;
    Objects moments[MOST_MOMENTS];
    size_t moment_count;
    size_t longest_journal;
    bool locked;
} FakeHome;

static Arena arena;
static Diags diags;
static const Text provider = TEXT_INIT("provider[\"registry.terraform.io/hashicorp/aws\"]");

static void remember(FakeHome *fake)
{
    assert_true(fake->moment_count < MOST_MOMENTS);
    fake->moments[fake->moment_count++] = fake->objects;
}

static bool fake_lock(void *self, const LockSettings *settings, Diags *unused)
{
    FakeHome *fake = self;

    (void)settings, (void)unused;
    fake->locked = true;
    return true;
}

static bool fake_unlock(void *self, Diags *unused)
{
    FakeHome *fake = self;

    (void)unused;
    fake->locked = false;
    return true;
}

static bool fake_read(void *self, Arena *into, HomeContent *ret_state, HomeContent *ret_journal, Diags *unused)
{
    FakeHome *fake = self;

    (void)into, (void)unused;
    *ret_state = fake->objects.state;
    *ret_journal = fake->objects.journal;
    fake->seen_state = fake->objects.state.content;
    fake->seen_journal = fake->objects.journal.content;
    return true;
}

static void fake_write(void *self, Text object, Text content, HomeDone *done, void *user)
{
    FakeHome *fake = self;

    list_add(&arena, &fake->pending,
             (Write){ text_is(object, ".journal"), text_copy(&arena, content), done, user });
    assert_int_equal(fake->pending.count, 1); /* one at a time */
}

static bool fake_wait(void *self)
{
    FakeHome *fake = self;
    Write write;
    HomeContent *object;
    Text *seen;

    if (!fake->pending.count)
        return false;
    write = fake->pending.items[0];
    fake->pending.count = 0;
    object = write.is_journal ? &fake->objects.journal : &fake->objects.state;
    seen = write.is_journal ? &fake->seen_journal : &fake->seen_state;
    if (!text_equal(*seen, object->content)) {
        write.done(write.user, HOME_CONFLICT, TEXT_LIT("another"));
        return true;
    }
    *object = (HomeContent){ true, write.content };
    *seen = write.content;
    if (write.is_journal && write.content.length > fake->longest_journal)
        fake->longest_journal = write.content.length;
    remember(fake);
    write.done(write.user, HOME_DONE, TEXT_NONE);
    return true;
}

static bool fake_remove(void *self, Text object, Diags *unused)
{
    FakeHome *fake = self;

    (void)unused;
    assert_true(text_is(object, ".journal"));
    fake->objects.journal = (HomeContent){ 0 };
    fake->seen_journal = TEXT_NONE;
    remember(fake);
    return true;
}

static FakeHome *make_home(Objects objects)
{
    FakeHome *fake = arena_new(&arena, FakeHome);

    fake->home = (StateHome){ .name = TEXT_LIT("fake://state"),
                              .self = fake,
                              .lock = fake_lock,
                              .unlock = fake_unlock,
                              .read = fake_read,
                              .write = fake_write,
                              .remove = fake_remove,
                              .wait = fake_wait };
    fake->objects = objects;
    return fake;
}

static StateStore *open_store(FakeHome *fake, bool writable)
{
    StoreSettings settings = { .home = &fake->home,
                               .lock = true,
                               .writable = writable,
                               .operation = TEXT_LIT("OperationTypeApply") };
    StateStore *store;

    diags = diags_make(&arena);
    store = store_open(&arena, &settings, &diags);
    assert_non_null(store);
    return store;
}

static int setup(void **state)
{
    diags = diags_make(&arena);
    *state = mkdtemp(text_cstring(&arena, TEXT_LIT("/tmp/pipectl-home-XXXXXX")));
    return chdir(*state);
}

static int teardown(void **state)
{
    (void)unlink("errored.tfstate");
    return chdir("/") || rmdir(*state);
}

static Value json(const char *text)
{
    Value value;

    assert_true(json_parse(&arena, text_of(text), &value));
    return value;
}

static int64_t begin(StateStore *store, const char *name, const char *action)
{
    StoreIntent intent = { .provider = provider,
                           .action = text_of(action),
                           .planned = json("{\"name\":\"x\"}"),
                           .prior = value_null(type_dynamic) };

    assert_true(address_parse(&arena, text_of(name), RANGE_NONE, &intent.address, NULL, &diags));
    return store_begin(store, &intent);
}

/* As an apply does it: what was begun may be sent when the loop says so. */
static int64_t begin_durably(FakeHome *fake, StateStore *store, const char *name, const char *action)
{
    int64_t number = begin(store, name, action);

    while (!store_is_durable(store, number)) {
        assert_true(store_sync(store, &diags));
        assert_true(fake_wait(fake));
    }
    return number;
}

static const InstanceObject *object(const char *id)
{
    InstanceObject *made = arena_new(&arena, InstanceObject);
    Text text = text_format(&arena, "{\"id\":\"%s\"}", id);

    made->attributes = json(text.bytes);
    made->other = value_null(type_dynamic);
    return made;
}

/* The state as it would be written now, without waiting for its time. */
static void write_now(FakeHome *fake, StateStore *store)
{
    size_t before = fake->moment_count;

    while (store_due(store)) {
        usleep(20000);
        store_write_if_due(store, &diags);
    }
    while (fake_wait(fake))
        ;
    assert_true(fake->moment_count > before);
}

/* What another machine knows of an object: it is in the state, or in doubt. */
static bool is_known(const Objects *objects, const char *name)
{
    FakeHome *fake = make_home(*objects);
    StateStore *store = open_store(fake, false);
    const JournalDoubtList *doubts = store_doubts(store);
    bool known = state_find(store_state(store), text_of(name)) != NULL;

    for (size_t i = 0; i < doubts->count; i++)
        known |= text_is(doubts->items[i].name, name);
    assert_true(store_close(store, &diags));
    return known;
}

static void nothing_may_be_sent_before_its_intent_is_there(void **state)
{
    FakeHome *fake = make_home((Objects){ 0 });
    StateStore *store = open_store(fake, true);
    int64_t first = begin(store, "aws_x.a", "create"), second;

    (void)state;
    assert_true(store_sync(store, &diags));
    assert_false(store_is_durable(store, first));
    second = begin(store, "aws_x.b", "create"); /* while the first is on its way */
    assert_true(store_sync(store, &diags));
    assert_true(fake_wait(fake));
    assert_true(store_is_durable(store, first));
    assert_false(store_is_durable(store, second));
    assert_true(fake_wait(fake)); /* it has set out by itself */
    assert_true(store_is_durable(store, second));
    store_end(store, first, NULL, false);
    store_end(store, second, NULL, false);
    assert_true(store_close(store, &diags));
}

static void whenever_the_machine_dies_what_was_begun_is_known(void **state)
{
    FakeHome *fake = make_home((Objects){ 0 });
    StateStore *store = open_store(fake, true);
    int64_t a, b, c;
    size_t a_begun, b_begun, c_begun;

    (void)state;
    a = begin_durably(fake, store, "aws_x.a", "create");
    a_begun = fake->moment_count;
    store_identity(store, a, json("{\"id\":\"1\"}"));
    b = begin_durably(fake, store, "aws_x.b", "create");
    b_begun = fake->moment_count;
    store_end(store, a, object("1"), false);
    write_now(fake, store); /* b is not in there */
    c = begin_durably(fake, store, "aws_x.c", "create");
    c_begun = fake->moment_count;
    store_end(store, c, object("3"), false);
    store_end(store, b, object("2"), false);
    write_now(fake, store);
    assert_true(store_close(store, &diags));

    for (size_t i = 0; i < fake->moment_count; i++) {
        const Objects *moment = &fake->moments[i];

        assert_int_equal(is_known(moment, "aws_x.a"), i + 1 >= a_begun);
        assert_int_equal(is_known(moment, "aws_x.b"), i + 1 >= b_begun);
        assert_int_equal(is_known(moment, "aws_x.c"), i + 1 >= c_begun);
    }
    assert_false(fake->objects.journal.exists);
    assert_false(fake->locked);
}

static void the_next_run_finishes_what_the_journal_says(void **state)
{
    FakeHome *fake = make_home((Objects){ 0 });
    StateStore *store = open_store(fake, true);
    int64_t a = begin_durably(fake, store, "aws_x.a", "create");
    Objects left;
    State *found;

    (void)state;
    store_end(store, a, object("1"), false);
    (void)begin_durably(fake, store, "aws_x.b", "create"); /* takes the end of a along */
    left = fake->objects;
    assert_false(left.state.exists);

    fake = make_home(left);
    store = open_store(fake, true);
    found = store_state(store);
    assert_non_null(state_find(found, TEXT_LIT("aws_x.a")));
    assert_int_equal(store_doubts(store)->count, 1);
    store_resolve(store, &store_doubts(store)->items[0], NULL);
    assert_true(store_close(store, &diags));
    assert_true(fake->objects.state.exists);
    assert_false(fake->objects.journal.exists);
}

static void the_journal_stays_short(void **state)
{
    FakeHome *fake = make_home((Objects){ 0 });
    StateStore *store = open_store(fake, true);
    int64_t open = begin_durably(fake, store, "aws_x.open", "create");
    size_t after_one = 0;

    (void)state;
    for (int i = 0; i < 4; i++) {
        int64_t number;

        number = begin_durably(fake, store, text_format(&arena, "aws_x.n%d", i).bytes, "create");
        store_end(store, number, object("n"), false);
        write_now(fake, store);
        if (i == 1)
            after_one = fake->longest_journal;
    }
    assert_true(fake->longest_journal < after_one + 100);
    assert_true(is_known(&fake->objects, "aws_x.open"));
    store_end(store, open, NULL, false);
    assert_true(store_close(store, &diags));
}

static void another_writer_is_not_overwritten(void **state)
{
    FakeHome *fake = make_home((Objects){ 0 });
    StateStore *store = open_store(fake, true);

    (void)state;
    state_put_output(store_state(store), TEXT_LIT("x"), value_string_raw(TEXT_LIT("ours")), false);
    store_changed(store);
    fake->objects.state = (HomeContent){ true, TEXT_LIT("theirs") };
    assert_false(store_close(store, &diags));
    assert_string_equal(fake->objects.state.content.bytes, "theirs");
    assert_int_equal(access("errored.tfstate", F_OK), 0);
    assert_false(fake->locked);
}

static void after_a_failure_nothing_more_may_be_sent(void **state)
{
    FakeHome *fake = make_home((Objects){ 0 });
    StateStore *store = open_store(fake, true);
    int64_t number = begin(store, "aws_x.a", "create");

    (void)state;
    fake->objects.journal = (HomeContent){ true, TEXT_LIT("of another run\n") };
    assert_true(store_sync(store, &diags));
    assert_true(fake_wait(fake));
    assert_false(store_is_durable(store, number));
    assert_false(store_sync(store, &diags));
    assert_true(diags_have_errors(&diags));
    store_end(store, number, NULL, false);
    (void)store_close(store, &diags);
    assert_string_equal(fake->objects.journal.content.bytes, "of another run\n");
}

static void reading_writes_nothing(void **state)
{
    FakeHome *fake = make_home((Objects){ 0 });
    StateStore *store = open_store(fake, false);

    (void)state;
    store_changed(store);
    assert_true(store_close(store, &diags));
    assert_int_equal(fake->moment_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_may_be_sent_before_its_intent_is_there, setup, teardown),
        cmocka_unit_test_setup_teardown(whenever_the_machine_dies_what_was_begun_is_known, setup, teardown),
        cmocka_unit_test_setup_teardown(the_next_run_finishes_what_the_journal_says, setup, teardown),
        cmocka_unit_test_setup_teardown(the_journal_stays_short, setup, teardown),
        cmocka_unit_test_setup_teardown(another_writer_is_not_overwritten, setup, teardown),
        cmocka_unit_test_setup_teardown(after_a_failure_nothing_more_may_be_sent, setup, teardown),
        cmocka_unit_test_setup_teardown(reading_writes_nothing, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
