/*
 * doctor: everything that a run needs, looked at one after another: a line each, with what to do.
 *
 * Nothing is changed, but that the state lock is taken for a moment, which also shows that it can
 * be had. What is wrong stands at length below the lines.
 */
#include "command.h"

#include "pipectl/backend/backend.h"
#include "pipectl/state/home.h"

#include <stdlib.h>

static const Option options[] = {
    { "lock", OPTION_FLAG, NULL, "Try to take the state lock, for a moment (default true)." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const tables[] = { options, options_variables, options_common };

/* Larger differences make AWS refuse requests, but for S3, which allows fifteen minutes. */
static const Nanoseconds clock_tolerance = SECONDS(300);

/* --- lines ------------------------------------------------------------------------------------ */

typedef struct Doctor {
    Session *session;
    Diags said; /* by all checks so far: printed at the end */
    bool found_wrong;
} Doctor;

typedef enum Finding { FINDING_OK, FINDING_NOTE, FINDING_WRONG } Finding;

__attribute__((format(printf, 4, 5))) static void say(Doctor *doctor, Finding finding,
                                                      const char *what, const char *format, ...)
{
    Session *session = doctor->session;
    static const char *const words[] = { "ok", "note", "wrong" };
    static const Style styles[] = { STYLE_GREEN, STYLE_YELLOW, STYLE_RED };
    TextBuilder builder = text_builder(session->arena);
    va_list arguments;

    doctor->found_wrong |= finding == FINDING_WRONG;
    terminal_style(&session->out, &builder, styles[finding]);
    text_add_format(&builder, "%-6s", words[finding]);
    terminal_style(&session->out, &builder, STYLE_PLAIN);
    text_add_format(&builder, "%-15s", what);
    va_start(arguments, format);
    terminal_add_foreign(&builder, text_format_list(session->arena, format, arguments));
    va_end(arguments);
    text_add_char(&builder, '\n');
    terminal_write(&session->out, text_built(&builder));
}

/* The summary of what was found wrong; all of it comes below. */
static void say_wrong(Doctor *doctor, const char *what, const Diags *found, const char *to_do)
{
    const Diag *first = &found->list.items[0];

    for (size_t i = 0; i < found->list.count && first->severity != SEVERITY_ERROR; i++)
        first = &found->list.items[i];
    say(doctor, FINDING_WRONG, what, TEXT_FMT ": %s", TEXT(first->summary), to_do);
}

/* What a check has said, which must not disturb the next one. */
static Diags taken(Doctor *doctor)
{
    Session *session = doctor->session;
    Diags found = diags_make(session->arena);

    diags_append(&found, &session->diags, TEXT_NONE);
    diags_append(&doctor->said, &session->diags, TEXT_NONE);
    diags_truncate(&session->diags, 0);
    return found;
}

/* --- configuration ---------------------------------------------------------------------------- */

static bool check_configuration(Doctor *doctor)
{
    Session *session = doctor->session;

    if (session_load(session, TEXT_LIT("."), true) && session_given_variables(session)) {
        if (session->root->resources.count + session->root->calls.count > 0)
            say(doctor, FINDING_OK, "configuration", "it can be read");
        else
            say(doctor, FINDING_NOTE, "configuration",
                "there is none here: run doctor in the folder of your root module, or with -chdir");
        return true;
    }
    Diags found = taken(doctor);

    say_wrong(doctor, "configuration", &found, "see below; \"pipectl validate\" tells more");
    return false;
}

/* --- AWS -------------------------------------------------------------------------------------- */

static void check_certificates(Doctor *doctor)
{
    const char *bundle = getenv("AWS_CA_BUNDLE");
    FileKind kind =
        bundle && *bundle ? file_kind(text_of(bundle)) : file_kind(TEXT_LIT("/etc/ssl/certs"));

    if (kind == FILE_ABSENT)
        say(doctor, FINDING_WRONG, "certificates",
            bundle && *bundle ? "AWS_CA_BUNDLE names %s, which cannot be read: correct or unset it"
                              : "there is no /etc/ssl/certs%s: install the package ca-certificates",
            bundle && *bundle ? bundle : "");
    else
        say(doctor, FINDING_OK, "certificates", "%s",
            bundle && *bundle ? bundle : "/etc/ssl/certs");
}

static Text time_left(Session *session, const ProviderAccess *access)
{
    Nanoseconds left = access->expires - clock_now() - access->clock_skew;

    if (!access->expires)
        return TEXT_NONE;
    return text_format(session->arena, ", good for %lld min", (long long)(left / SECONDS(60)));
}

static void say_clock(Doctor *doctor, const ProviderAccess *access)
{
    Nanoseconds skew = access->clock_skew, size = skew < 0 ? -skew : skew;

    if (size > clock_tolerance)
        say(doctor, FINDING_WRONG, "clock",
            "it is %lld s %s AWS's: requests would be refused, so pipectl corrects for it; set the "
            "clock (timedatectl set-ntp true)",
            (long long)(size / SECONDS(1)), skew > 0 ? "behind" : "ahead of");
    else
        say(doctor, FINDING_OK, "clock", "as AWS's, to %lld s",
            (long long)((size + SECONDS(1) - 1) / SECONDS(1)) + (size == 0));
}

static void say_credentials(Doctor *doctor, const ProviderAccess *access)
{
    Session *session = doctor->session;
    Text shown = text_slice(access->access_key, 0, 4);
    Text end = text_slice(access->access_key,
                          access->access_key.length > 8 ? access->access_key.length - 4 : 4,
                          access->access_key.length);

    say(doctor, FINDING_OK, "credentials",
        "from " TEXT_FMT " (" TEXT_FMT "..." TEXT_FMT ")" TEXT_FMT, TEXT(access->source),
        TEXT(shown), TEXT(end), TEXT(time_left(session, access)));
}

static void check_access(Doctor *doctor, const ProviderKind *kind, Provider *provider)
{
    Session *session = doctor->session;
    Diags found = diags_make(session->arena);
    ProviderAccess access;
    bool ok = kind->access(provider, session->arena, &access, &found);

    say(doctor, FINDING_OK, "region", TEXT_FMT, TEXT(access.region));
    if (access.source.length)
        say_credentials(doctor, &access);
    if (!ok) {
        say_wrong(doctor, access.source.length ? "account" : "credentials", &found,
                  access.source.length ? "see below; renew the credentials or correct the endpoint"
                                       : "see below for the places that were asked");
        diags_append(&doctor->said, &found, TEXT_NONE);
        return;
    }
    say(doctor, FINDING_OK, "endpoint", TEXT_FMT ", answers in %lld ms", TEXT(access.endpoint),
        (long long)(access.took / MILLISECONDS(1)));
    if (access.account.length)
        say(doctor, FINDING_OK, "account", TEXT_FMT ", as " TEXT_FMT, TEXT(access.account),
            TEXT(access.caller));
    else
        say(doctor, FINDING_NOTE, "account", "not asked, as the provider block says");
    say_clock(doctor, &access);
}

/* The provider that a folder without a block would have. */
static void check_unwritten_provider(Doctor *doctor)
{
    Session *session = doctor->session;
    const ProviderKind *kind = provider_kind_of_type(TEXT_LIT("aws"));
    Value nothing =
        schema_decode(kind->configuration_schema(), NULL, NULL, session->arena, &session->diags);
    Provider *provider =
        kind->configure(session->arena, session->exchange, nothing, NULL, &session->diags);
    Diags found = taken(doctor);

    if (provider)
        check_access(doctor, kind, provider);
    else
        say_wrong(doctor, "provider aws", &found, "see below");
}

static void check_provider(Doctor *doctor, const ConfiguredProvider *provider, const Diags *found)
{
    if (provider->provider)
        check_access(doctor, provider->kind, provider->provider);
    else if (provider->failed)
        say_wrong(doctor, "provider aws", found, "see below");
    else
        say(doctor, FINDING_NOTE, "provider aws",
            TEXT_FMT " waits for something that only a plan can tell", TEXT(provider->name));
}

static void check_aws(Doctor *doctor)
{
    Session *session = doctor->session;
    PlanMakeRequest request = { .arena = session->arena,
                                .root = session->root,
                                .state = state_make(session->arena),
                                .variables = session->variables };
    size_t count = 0;
    ConfiguredProviderList providers;
    Diags found;

    if (!session_exchange(session) || !session_workspace(session, &request.workspace))
        return;
    request.exchange = session->exchange;
    providers = plan_providers(&request, &session->diags);
    found = taken(doctor);
    for (size_t i = 0; i < providers.count; i++) {
        if (!providers.items[i].kind->access)
            continue;
        count++;
        check_provider(doctor, &providers.items[i], &found);
    }
    if (count == 0)
        check_unwritten_provider(doctor);
}

/* --- the state -------------------------------------------------------------------------------- */

/* "ID:        abc" in what is said of a lock that somebody holds. */
static Text field_of(Text detail, const char *name)
{
    Text line;

    while (detail.length) {
        text_cut(detail, TEXT_LIT("\n"), &line, &detail);
        line = text_trim(line);
        if (text_starts_with(line, text_of(name)))
            return text_trim(text_slice(line, text_of(name).length, line.length));
    }
    return TEXT_NONE;
}

static void say_held(Doctor *doctor, const Diags *found, bool is_file)
{
    Session *session = doctor->session;
    Text detail = found->list.items[found->list.count - 1].detail;
    Text id = field_of(detail, "ID:"), who = field_of(detail, "Who:"),
         since = field_of(detail, "Created:"), operation = field_of(detail, "Operation:");

    if (!id.length) {
        say_wrong(doctor, "lock", found, "see below");
        return;
    }
    say(doctor, FINDING_WRONG, "lock",
        "held by " TEXT_FMT " since " TEXT_FMT " (" TEXT_FMT "): wait for it%s" TEXT_FMT, TEXT(who),
        TEXT(since), TEXT(operation),
        is_file ? "; it ends with that program" : "; if that run is dead, \"pipectl force-unlock ",
        TEXT(is_file ? TEXT_NONE : text_concat(session->arena, id, TEXT_LIT("\""))));
}

static void check_lock(Doctor *doctor, Backend *backend, Text workspace)
{
    Session *session = doctor->session;
    StoreSettings place = { 0 };
    StateStore *store;

    if (!options_flag(&session->options, "lock", true)) {
        say(doctor, FINDING_NOTE, "lock", "not tried (-lock=false)");
        return;
    }
    backend_locate(backend, workspace, &place);
    store = session_open(session, backend, workspace, false, true, "OperationTypeDoctor");
    if (store && store_close(store, &session->diags)) {
        say(doctor, FINDING_OK, "lock", "free, and it can be taken");
        diags_truncate(&session->diags,
                       0); /* what it says of the state, the next check says again */
        return;
    }
    if (text_find(session->diags.list.items[0].summary, TEXT_LIT("lock")) == TEXT_NOT_FOUND) {
        diags_truncate(&session->diags, 0); /* of the state, likewise */
        return;
    }
    Diags found = taken(doctor);

    say_held(doctor, &found, !place.home);
}

static void say_state(Doctor *doctor, StateStore *store, Text place)
{
    Session *session = doctor->session;
    const State *state = store_state(store);

    if (!store_exists(store))
        say(doctor, FINDING_NOTE, "state", TEXT_FMT ": there is none yet; the first apply makes it",
            TEXT(place));
    else
        say(doctor, FINDING_OK, "state", TEXT_FMT ": serial %lld, %zu objects", TEXT(place),
            (long long)state->serial, state_sorted(state, session->arena).count);
}

static void say_journal(Doctor *doctor, const Diags *found, size_t doubts)
{
    if (doubts)
        say(doctor, FINDING_NOTE, "journal",
            "a run was stopped, and %zu change%s may have been made or not: the next plan or apply "
            "looks for what became of them",
            doubts, doubts == 1 ? "" : "s");
    else if (found->list.count)
        say(doctor, FINDING_NOTE, "journal",
            TEXT_FMT ": see below; the next apply takes it into the state",
            TEXT(found->list.items[0].summary));
    else
        say(doctor, FINDING_OK, "journal", "no run left anything behind");
}

static void check_state(Doctor *doctor)
{
    Session *session = doctor->session;
    Backend *backend = session_backend(session);
    StoreSettings place = { 0 };
    StateStore *store;
    Text workspace;

    if (!backend || !session_workspace(session, &workspace)) {
        Diags found = taken(doctor);

        say_wrong(doctor, "backend", &found, "see below; \"pipectl init\" writes down which it is");
        return;
    }
    backend_locate(backend, workspace, &place);
    check_lock(doctor, backend, workspace);
    store = session_open(session, backend, workspace, false, false, "");
    Diags found = taken(doctor);

    if (!store) {
        say_wrong(doctor, "state", &found, "see below");
        return;
    }
    say_state(doctor, store, place.home ? place.home->name : place.path);
    say_journal(doctor, &found, store_doubts(store)->count);
    (void)store_close(store, &session->diags);
}

static int run(Session *session)
{
    Doctor doctor = { .session = session, .said = diags_make(session->arena) };
    bool loaded = check_configuration(&doctor);

    check_certificates(&doctor);
    if (loaded)
        check_aws(&doctor);
    if (loaded)
        check_state(&doctor);
    diags_append(&session->diags, &doctor.said, TEXT_NONE);
    return session_end(session, doctor.found_wrong ? 1 : 0);
}

const Command command_doctor = {
    .name = "doctor",
    .usage = "[options]",
    .summary = "Look at everything that a run needs, and say what to do",
    .about =
        "Looks at the configuration, certificates, credentials and where they come from, the\n"
        "  region, the endpoint, the account, the clock, the state with its lock, and what a run\n"
        "  that died has left: a line each. Nothing is changed. Exit status 1 when something is\n"
        "  wrong.\n\n"
        "  Credentials are looked for in this order: the provider block, environment variables\n"
        "  (AWS_ACCESS_KEY_ID), a web identity (AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN), the\n"
        "  profile (AWS_PROFILE) with its keys, roles, sign-in or program, the container\n"
        "  (AWS_CONTAINER_CREDENTIALS_FULL_URI), the metadata of the instance.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .run = run,
};
