/* state mv: another address for what the state holds, there or in another state file. */
#include "command.h"

#include "state_target.h"

static const Option options[] = {
    { "dry-run", OPTION_FLAG, NULL, "Only say what would be moved." },
    { "state-out", OPTION_TEXT, "path", "The state file to move to (default: the same)." },
    { "backup-out", OPTION_TEXT, "path", "Where that one as it was before goes." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const tables[] = { options, options_backup, options_lock, options_common };

/* One object, and where it goes. */
typedef struct Step {
    StateInstance *instance;
    Address to;
} Step;

typedef LIST(Step) StepList;

typedef struct Move {
    Session *session;
    Arena *arena;
    StateTarget from, to;
    const State *source;
    const State *destination; /* the same state, or that of -state-out */
    StepList steps;
    TextList lines; /* "a" to "b": what is said */
} Move;

static bool refuse(Move *move, const char *summary, const char *why)
{
    diag_error(&move->session->diags, RANGE_NONE, summary,
               "Cannot move " TEXT_FMT " to " TEXT_FMT ": %s.", TEXT(move->from.text),
               TEXT(move->to.text), why);
    return false;
}

static bool refuse_taken(Move *move, const char *what)
{
    diag_error(&move->session->diags, RANGE_NONE, "Invalid target address",
               "Cannot move to " TEXT_FMT ": there is already a %s at that address in the state.",
               TEXT(move->to.text), what);
    return false;
}

static bool refuse_source(Move *move)
{
    diag_error(
        &move->session->diags, RANGE_NONE, "Invalid source address",
        "Cannot move " TEXT_FMT
        ": it does not match anything in the state. `pipectl state list` shows what there is.",
        TEXT(move->from.text));
    return false;
}

static Text quoted(Arena *arena, Text text)
{
    Text escaped = text_replace(arena, text, TEXT_LIT("\\"), TEXT_LIT("\\\\"));

    escaped = text_replace(arena, escaped, TEXT_LIT("\""), TEXT_LIT("\\\""));
    return text_format(arena, "\"" TEXT_FMT "\"", TEXT(escaped));
}

static void say(Move *move, Text from, Text to)
{
    list_add(move->arena, &move->lines,
             text_format(move->arena, TEXT_FMT " to " TEXT_FMT, TEXT(quoted(move->arena, from)),
                         TEXT(quoted(move->arena, to))));
}

/* --- modules ------------------------------------------------------------------------------- */

static bool is_module_at(const State *state, ModulePath path, Arena *arena)
{
    StateInstanceList instances = state_sorted(state, arena);

    for (size_t i = 0; i < instances.count; i++)
        if (module_path_equal(instances.items[i]->address.module, path))
            return true;
    return false;
}

/* [path], which begins with the source, behind the destination. */
static ModulePath moved_path(const Move *move, ModulePath path)
{
    ModulePath result = move->to.address.module;

    for (size_t i = move->from.address.module.count; i < path.count; i++)
        result = module_path_child(move->arena, result, path.steps[i].name, path.steps[i].key);
    return result;
}

static bool is_below(ModulePath outer, ModulePath path)
{
    ModulePath head = { path.steps, outer.count };

    return path.count >= outer.count && module_path_equal(outer, head);
}

static bool report_module_exists(const Move *move)
{
    terminal_print(
        &move->session->err,
        "Error moving state: destination module already exists\n\nNothing was moved, and "
        "no state was written.\n");
    return false;
}

static bool move_module(Move *move)
{
    StateInstanceList instances = state_sorted(move->source, move->arena);
    ModulePath last = { NULL, 0 };

    if (!move->to.is_module)
        return refuse(move, "Invalid target address", "the target must also be a module");
    for (size_t i = 0; i < instances.count; i++) {
        StateInstance *instance = instances.items[i];
        ModulePath path = instance->address.module;
        Step step = { instance, instance->address };

        if (!is_below(move->from.address.module, path))
            continue;
        step.to.module = moved_path(move, path);
        if (is_module_at(move->destination, step.to.module, move->arena))
            return report_module_exists(move);
        list_add(move->arena, &move->steps, step);
        if (!last.steps || !module_path_equal(last, path))
            say(move, module_path_text(move->arena, path),
                module_path_text(move->arena, step.to.module));
        last = path;
    }
    return move->steps.count > 0 || refuse_source(move);
}

/* --- resources ----------------------------------------------------------------------------- */

static bool types_match(Move *move)
{
    const Address *from = &move->from.address, *to = &move->to.address;

    if (from->mode == to->mode && text_equal(from->type, to->type))
        return true;
    return refuse(move, "Invalid state move request", "resource types don't match");
}

static bool move_resource(Move *move, const StateInstanceList *instances)
{
    if (move->to.is_module || move->to.address.key.kind != KEY_NONE)
        return refuse(move, "Invalid target address",
                      "the source is a whole resource (not a resource instance) so the target must "
                      "also be a whole resource");
    if (!types_match(move))
        return false;
    if (state_target_instances(&move->to, move->destination, move->arena).count > 0)
        return refuse_taken(move, "resource");
    for (size_t i = 0; i < instances->count; i++) {
        Step step = { instances->items[i], move->to.address };

        step.to.key = instances->items[i]->address.key;
        list_add(move->arena, &move->steps, step);
    }
    say(move, move->from.text, move->to.text);
    return true;
}

static bool move_instance(Move *move)
{
    StateInstance *instance =
        state_find(move->source, address_text(move->arena, move->from.address));

    if (!instance)
        return refuse_source(move);
    if (move->to.is_module)
        return refuse(move, "Invalid target address",
                      "the target must also be a resource instance");
    if (!types_match(move))
        return false;
    if (state_find(move->destination, address_text(move->arena, move->to.address)))
        return refuse_taken(move, "resource instance");
    list_add(move->arena, &move->steps, ((Step){ instance, move->to.address }));
    say(move, move->from.text, move->to.text);
    return true;
}

/* Decides everything before anything is changed. */
static bool decide(Move *move)
{
    StateInstanceList instances;

    if (move->from.is_module)
        return move_module(move);
    if (move->from.address.key.kind != KEY_NONE ||
        state_find(move->source, address_text(move->arena, move->from.address)))
        return move_instance(move);
    instances = state_target_instances(&move->from, move->source, move->arena);
    return instances.count > 0 ? move_resource(move, &instances) : refuse_source(move);
}

static bool depends_on(const InstanceObject *object, Text name)
{
    for (size_t i = 0; i < object->dependencies.count; i++)
        if (text_equal(object->dependencies.items[i], name))
            return true;
    return false;
}

/* As Terraform does: who depended on what moved has no dependencies until the next apply says them
 * anew. */
static void forget_dependents(Move *move, State *state)
{
    Text moved = address_config_text(move->arena, move->from.address);

    for (size_t i = 0; i < state->instances.count; i++) {
        StateInstance *instance = state->instances.entries[i].value;
        InstanceObject *object;

        if (!instance->current || !depends_on(instance->current, moved))
            continue;
        object = arena_new(move->arena, InstanceObject);
        *object = *instance->current;
        object->dependencies = (TextList){ 0 };
        state_put(state, instance->address, instance->provider, object);
    }
}

/* --- doing it ------------------------------------------------------------------------------ */

static void put_all(Move *move, State *destination)
{
    for (size_t i = 0; i < move->steps.count; i++) {
        const StateInstance *instance = move->steps.items[i].instance;
        Address to = move->steps.items[i].to;

        if (instance->current)
            state_put(destination, to, instance->provider, instance->current);
        for (size_t d = 0; d < instance->deposed.count; d++)
            state_put_deposed(destination, to, instance->provider, instance->deposed.items[d].key,
                              instance->deposed.items[d].object);
    }
}

/* The other file is written first: an object that is in both can be seen, one that is in none is
 * lost. */
static bool move_between(Move *move, StateStore *other)
{
    State *source = store_state(move->session->store);

    put_all(move, store_state(other));
    store_changed(other);
    if (!store_close(other, &move->session->diags))
        return false;
    for (size_t i = 0; i < move->steps.count; i++)
        state_remove(source, move->steps.items[i].instance->name);
    store_changed(move->session->store);
    return true;
}

static bool move_within(Move *move)
{
    State *state = store_state(move->session->store);

    for (size_t i = 0; i < move->steps.count; i++)
        if (!state_move(state, move->steps.items[i].instance->name, move->steps.items[i].to))
            return refuse_taken(move, "resource instance");
    store_changed(move->session->store);
    return true;
}

static StateStore *open_other(Session *session, Text path)
{
    StoreSettings settings = { .path = path,
                               .spare_folder = data_directory(session->arena),
                               .backup = options_text(&session->options, "backup-out"),
                               .lock = options_flag(&session->options, "lock", true),
                               .writable = true,
                               .operation = TEXT_LIT("state-mv"),
                               .interrupted = &session->interrupted };

    if (settings.backup.length == 0)
        settings.backup = session_timed_backup(session, path);
    return store_open(session->arena, &settings, &session->diags);
}

static int carry_out(Move *move, StateStore *other)
{
    Session *session = move->session;
    bool dry = options_flag(&session->options, "dry-run", false);
    bool moved = decide(move);

    for (size_t i = 0; i < move->lines.count && moved; i++)
        terminal_print(&session->out, "%s " TEXT_FMT "\n", dry ? "Would move" : "Move",
                       TEXT(move->lines.items[i]));
    if (moved && !dry)
        moved = other ? move_between(move, other) : move_within(move);
    if (moved && !dry && !other && !move->from.is_module)
        forget_dependents(move, store_state(session->store));
    else if (other)
        (void)store_close(other, &session->diags);
    if (moved && !dry && !diags_have_errors(&session->diags))
        terminal_print(&session->out, "Successfully moved %zu object(s).\n", move->lines.count);
    return session_end(session, moved ? 0 : 1);
}

static int run(Session *session)
{
    TextList *arguments = &session->options.arguments;
    Text path = options_text(&session->options, "state-out");
    Move move = { .session = session, .arena = session->arena };
    StateStore *other = NULL;

    if (arguments->count != 2)
        return session_usage(session, "Exactly two arguments expected.");
    if (!state_target_parse(session->arena, arguments->items[0], &move.from, &session->diags) ||
        !state_target_parse(session->arena, arguments->items[1], &move.to, &session->diags) ||
        !session_existing_store(session, "state-mv"))
        return session_end(session, 1);
    if (path.length > 0) {
        other = open_other(session, path);
        if (!other)
            return session_end(session, 1);
    }
    move.source = store_state(session->store);
    move.destination = other ? store_state(other) : move.source;
    return carry_out(&move, other);
}

const Command command_state_mv = {
    .name = "state mv",
    .usage = "[options] SOURCE DESTINATION",
    .summary = "Move an object in the state",
    .about =
        "Gives an instance, a resource with all its instances, or a module with all that is in "
        "it another address, here or (-state-out) in another state file. Nothing happens to "
        "the objects themselves.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .most_arguments = SIZE_MAX,
    .run = run,
    .keeps_every_backup = true,
};
