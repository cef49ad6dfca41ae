#include "pipectl/state/aside.h"

#include "object.h"
#include "store_parts.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* --- finding them --------------------------------------------------------------------------- */

TextList aside_paths(Arena *arena, Text path)
{
    Text directory = file_directory(arena, path);
    Text prefix = text_concat(arena, file_base_name(path), TEXT_LIT("."));
    Diags ignored = diags_make(arena);
    TextList names, paths = { 0 };

    if (!file_list(arena, directory, &names, RANGE_NONE, &ignored))
        return paths;
    for (size_t i = 0; i < names.count; i++)
        if (text_starts_with(names.items[i], prefix))
            list_add(arena, &paths, file_join(arena, directory, names.items[i]));
    return paths;
}

/* --- reading one ---------------------------------------------------------------------------- */

static void add_object(Arena *arena, AsideJournal *journal, const StateInstance *instance,
                       Text deposed, const InstanceObject *object)
{
    list_add(arena, &journal->objects,
             (AsideObject){ .address = instance->address,
                            .name = instance->name,
                            .provider = instance->provider,
                            .deposed = deposed,
                            .object = object });
}

/* What has ended. */
static void add_certain(Arena *arena, AsideJournal *journal, const State *state)
{
    StateInstanceList instances = state_sorted(state, arena);

    for (size_t i = 0; i < instances.count; i++) {
        const StateInstance *instance = instances.items[i];

        if (instance->current)
            add_object(arena, journal, instance, TEXT_NONE, instance->current);
        for (size_t k = 0; k < instance->deposed.count; k++)
            add_object(arena, journal, instance, instance->deposed.items[k].key,
                       instance->deposed.items[k].object);
    }
}

static bool has_attributes(Value value)
{
    return value.type && !value_is_null(value);
}

static const InstanceObject *object_of_doubt(Arena *arena, const JournalDoubt *doubt,
                                             Value attributes)
{
    InstanceObject *object = arena_new(arena, InstanceObject);

    object->attributes = attributes;
    object->schema_version = doubt->schema_version;
    object->create_before_destroy = doubt->create_before_destroy;
    object->dependencies = doubt->dependencies;
    object->other = value_null(type_dynamic);
    return object;
}

/* The object that a change was about, if the journal did not make it itself: it was in the state
   that the journal belongs to. */
static bool is_listed(const AsideJournal *journal, const JournalDoubt *doubt)
{
    for (size_t i = 0; i < journal->objects.count; i++)
        if (text_equal(journal->objects.items[i].name, doubt->name) &&
            text_equal(journal->objects.items[i].deposed, doubt->deposed))
            return true;
    return false;
}

static void add_doubts(Arena *arena, AsideJournal *journal, const JournalDoubtList *doubts)
{
    for (size_t i = 0; i < doubts->count; i++) {
        const JournalDoubt *doubt = &doubts->items[i];
        bool creates = text_is(doubt->action, "create");
        Value known = creates ? doubt->identity : doubt->prior;
        AsideObject object = { .address = doubt->address,
                               .name = doubt->name,
                               .provider = doubt->provider,
                               .deposed = doubt->deposed,
                               .doubt = creates ? doubt : NULL };

        if (!creates && (!has_attributes(known) || is_listed(journal, doubt)))
            continue;
        if (has_attributes(known))
            object.object = object_of_doubt(arena, doubt, known);
        list_add(arena, &journal->objects, object);
    }
}

static void read_records(Arena *arena, AsideJournal *journal, const JournalRecords *records)
{
    Value run = records->items[0];
    State *state = state_make(arena);
    Replay *replay = arena_new(arena, Replay); /* its doubts stay */

    journal->host = value_get_text(run, "host");
    journal->time = value_get_text(run, "time");
    journal->operation = value_get_text(run, "operation");
    journal->lineage = replay_lineage(records);
    replay->records = *records;
    replay_apply(arena, state, replay);
    add_certain(arena, journal, state);
    add_doubts(arena, journal, &replay->doubts);
}

/* Without content. */
static bool find_all(const StateStore *store, AsideJournalList *ret_journals, Diags *diags)
{
    StateHome *home = store_journal_is_away(store) ? store->settings.home : NULL;
    TextList names = { 0 };

    if (!home)
        names = aside_paths(store->arena, store->journal_path);
    else if (!home->list(home->self, TEXT_LIT(".journal."), &names, diags))
        return false;
    for (size_t i = 0; i < names.count; i++) {
        Text name = file_base_name(names.items[i]);
        size_t before_run =
            home ? TEXT_LIT(".journal.").length : file_base_name(store->journal_path).length + 1;

        list_add(store->arena, ret_journals,
                 (AsideJournal){ .path = home ? text_concat(store->arena, home->name, name)
                                              : names.items[i],
                                 .home = home,
                                 .object = name,
                                 .run = text_slice(name, before_run, name.length) });
    }
    return true;
}

static bool read_content(Arena *arena, const AsideJournal *journal, Text *ret_content, Diags *diags)
{
    HomeContent content = { 0 };

    if (!journal->home)
        return file_read(arena, journal->path, ret_content, RANGE_NONE, diags);
    if (!journal->home->read_object(journal->home->self, arena, journal->object, &content, diags))
        return false;
    *ret_content = content.content;
    return true;
}

bool aside_list(StateStore *store, AsideJournalList *ret_journals, Diags *diags)
{
    *ret_journals = (AsideJournalList){ 0 };
    if (!find_all(store, ret_journals, diags))
        return false;
    for (size_t i = 0; i < ret_journals->count; i++) {
        AsideJournal *journal = &ret_journals->items[i];
        JournalRecords records;
        JournalEnd end;
        Text content;

        if (!read_content(store->arena, journal, &content, diags))
            return false;
        records = journal_read(store->arena, content, &end);
        journal->is_broken = records.count == 0;
        if (!journal->is_broken)
            read_records(store->arena, journal, &records);
    }
    return true;
}

/* --- adopting ------------------------------------------------------------------------------- */

Text aside_object_text(Arena *arena, Text name, Text deposed)
{
    return deposed.length
               ? text_format(arena, TEXT_FMT " (deposed " TEXT_FMT ")", TEXT(name), TEXT(deposed))
               : name;
}

static bool is_in_state(const State *state, const AsideObject *object)
{
    const StateInstance *instance = state_find(state, object->name);

    if (!instance || !object->object)
        return false;
    if (instance->current &&
        object_is_same(object->object->attributes, instance->current->attributes))
        return true;
    for (size_t i = 0; i < instance->deposed.count; i++)
        if (object_is_same(object->object->attributes,
                           instance->deposed.items[i].object->attributes))
            return true;
    return false;
}

/* Under a key where it was deposed, and where the state has another object at its address. */
static Text put_into_state(StateStore *store, const AsideObject *object)
{
    State *state = store_state(store);
    const StateInstance *instance = state_find(state, object->name);

    if (!object->deposed.length && (!instance || !instance->current)) {
        state_put(state, object->address, object->provider, object->object);
        return object->name;
    }
    Text key = state_new_deposed_key(store->arena, instance);

    state_put_deposed(state, object->address, object->provider, key, object->object);
    return aside_object_text(store->arena, object->name, key);
}

/* Begun again in this state's journal, with what was known and when: it stays open, so the journal
 * stays. */
static void repeat_doubt(StateStore *store, const JournalDoubt *doubt)
{
    StoreIntent intent = { .address = doubt->address,
                           .provider = doubt->provider,
                           .action = doubt->action,
                           .planned = doubt->planned,
                           .prior = doubt->prior,
                           .known_ids = doubt->known_ids,
                           .dependencies = doubt->dependencies,
                           .schema_version = doubt->schema_version,
                           .create_before_destroy = doubt->create_before_destroy,
                           .time = doubt->time };
    int64_t number = store_begin(store, &intent);

    if (has_attributes(doubt->identity))
        store_identity(store, number, doubt->identity);
}

bool aside_adopt(StateStore *store, const AsideJournal *journal, AsideAdopted *ret_adopted,
                 Diags *diags)
{
    *ret_adopted = (AsideAdopted){ 0 };
    for (size_t i = 0; i < journal->objects.count; i++) {
        const AsideObject *object = &journal->objects.items[i];

        if (is_in_state(store_state(store), object)) {
            list_add(store->arena, &ret_adopted->known, object->name);
        } else if (object->doubt) {
            repeat_doubt(store, object->doubt);
            list_add(store->arena, &ret_adopted->doubted, object->name);
        } else {
            list_add(store->arena, &ret_adopted->adopted, put_into_state(store, object));
        }
    }
    store_changed(store);
    return store_sync(store, diags);
}

bool aside_discard(const AsideJournal *journal, Diags *diags)
{
    Arena scratch = { 0 };
    bool ok;

    if (journal->home)
        return journal->home->remove(journal->home->self, journal->object, diags);
    ok = unlink(text_cstring(&scratch, journal->path)) == 0 || errno == ENOENT;
    if (!ok)
        diag_error(diags, RANGE_NONE, "Failed to remove the journal", TEXT_FMT ": %s.",
                   TEXT(journal->path), strerror(errno));
    arena_free(&scratch);
    return ok;
}
