/*
 * http.c: the backend "http": one state behind a URL, with a lock behind another, as many forges
 * offer it.
 *
 * GET reads (404: there is none), POST writes, LOCK and UNLOCK lock. The server knows no versions,
 * so the state is read and compared before it is written. There is no place for a journal: it is a
 * file of this machine.
 */
#include "kinds.h"

#include "pipectl/aws/exchange.h"
#include "pipectl/base/digest.h"
#include "pipectl/state/home.h"

#include <stdlib.h>

static const BackendArgument arguments[] = {
    { .name = "address" },
    { .name = "client_ca_certificate_pem" },
    { .name = "client_certificate_pem" },
    { .name = "client_private_key_pem" },
    { .name = "lock_address" },
    { .name = "lock_method" },
    { .name = "password" },
    { .name = "retry_max", .kind = ARGUMENT_NUMBER },
    { .name = "retry_wait_max", .kind = ARGUMENT_NUMBER },
    { .name = "retry_wait_min", .kind = ARGUMENT_NUMBER },
    { .name = "skip_cert_verification", .kind = ARGUMENT_BOOL },
    { .name = "unlock_address" },
    { .name = "unlock_method" },
    { .name = "update_method" },
    { .name = "username" },
    { .name = NULL },
};

typedef struct HttpBackend {
    Arena *arena;
    Loop *loop;
    Exchange *exchange;
    Client *client;
    Text address, update_method;
    Text lock_address, lock_method, unlock_address, unlock_method;
    Text authorization; /* empty: none */
    int64_t retry_max;
    Nanoseconds wait_min, wait_max;
    /* the state */
    StateHome home;
    LockInfo lock; /* id empty: not locked by us */
    Digest seen;   /* of the content that was read or written last; of length 0: there was none */
} HttpBackend;

/* --- arguments ------------------------------------------------------------------------------ */

/* The argument, or the variable that stands for it. */
static Text argument(Value config, const char *name, const char *variable, const char *otherwise)
{
    Text text = config_text(config, name);
    const char *named = getenv(variable);

    if (text.length)
        return text;
    return named && *named ? text_of(named) : text_of(otherwise);
}

static int64_t number_argument(Value config, const char *name, const char *variable,
                               int64_t otherwise)
{
    int64_t number = otherwise;

    (void)text_to_int(text_of(getenv(variable)), &number);
    return config_integer(config, name, number);
}

static void check_url(Text url, const char *name, Range subject, Diags *diags)
{
    Arena scratch = { 0 };
    Request request = { 0 };

    if (url.length && !request_set_url(&scratch, &request, url))
        diag_error(diags, subject, "Invalid URL",
                   "%s: \"" TEXT_FMT "\" is no URL of http or https.", name, TEXT(url));
    arena_free(&scratch);
}

static HttpSettings http_settings(Value config)
{
    return (HttpSettings){
        .insecure = config_flag(config, "skip_cert_verification", false),
        .authorities =
            argument(config, "client_ca_certificate_pem", "TF_HTTP_CLIENT_CA_CERTIFICATE_PEM", ""),
        .certificate =
            argument(config, "client_certificate_pem", "TF_HTTP_CLIENT_CERTIFICATE_PEM", ""),
        .private_key =
            argument(config, "client_private_key_pem", "TF_HTTP_CLIENT_PRIVATE_KEY_PEM", ""),
    };
}

static void check_certificate(Value config, Range subject, Diags *diags)
{
    HttpSettings http = http_settings(config);

    if (http.certificate.length && !http.private_key.length)
        diag_error(diags, subject, "Missing Required Value",
                   "client_certificate_pem is set but client_private_key_pem is not.");
    if (http.private_key.length && !http.certificate.length)
        diag_error(diags, subject, "Missing Required Value",
                   "client_private_key_pem is set but client_certificate_pem is not.");
}

static void check(Value config, Range subject, Diags *diags)
{
    Text address = argument(config, "address", "TF_HTTP_ADDRESS", "");

    if (!address.length)
        diag_error(diags, subject, "Missing Required Value",
                   "The attribute \"address\" (or the variable TF_HTTP_ADDRESS) is required by the "
                   "backend \"http\".");
    check_url(address, "address", subject, diags);
    check_url(argument(config, "lock_address", "TF_HTTP_LOCK_ADDRESS", ""), "lock_address", subject,
              diags);
    check_url(argument(config, "unlock_address", "TF_HTTP_UNLOCK_ADDRESS", ""), "unlock_address",
              subject, diags);
    check_certificate(config, subject, diags);
}

/* --- calls ---------------------------------------------------------------------------------- */

/* A request, tried as often as the arguments say. */
typedef struct HttpTry {
    HttpBackend *http;
    AwsCall call;
    int64_t retries_left;
    Nanoseconds wait;
    void (*done)(struct HttpTry *attempt);
    void *user;
    bool is_done;
} HttpTry;

static void ignore(HttpTry *attempt)
{
    (void)attempt;
}

static HttpTry *make_try(HttpBackend *http, Arena *arena, Text method, Text url)
{
    HttpTry *attempt = arena_new(arena, HttpTry);

    attempt->http = http;
    attempt->retries_left = http->retry_max;
    attempt->wait = http->wait_min;
    attempt->done = ignore;
    attempt->call = (AwsCall){ .client = http->client,
                               .arena = arena,
                               .service = TEXT_LIT("http"),
                               .operation = method,
                               .unsigned_call = true,
                               .addressed = true,
                               .max_attempts = 1 };
    attempt->call.request.method = method;
    (void)request_set_url(arena, &attempt->call.request, url);
    if (http->authorization.length)
        list_add(arena, &attempt->call.request.headers,
                 (Header){ TEXT_LIT("Authorization"), http->authorization });
    return attempt;
}

static void add_body(HttpTry *attempt, Text content)
{
    Arena *arena = attempt->call.arena;
    HeaderList *headers = &attempt->call.request.headers;
    Digest digest = digest_of(DIGEST_MD5, content);

    attempt->call.request.body = content;
    list_add(arena, headers, (Header){ TEXT_LIT("Content-Type"), TEXT_LIT("application/json") });
    list_add(arena, headers,
             (Header){ TEXT_LIT("Content-MD5"), base64_encode(arena, digest_text(&digest)) });
}

static bool is_worth_a_retry(int status)
{
    return status == 0 || status == 429 || (status >= 500 && status != 501);
}

static void start(HttpTry *attempt);

static void on_wait_over(void *user)
{
    start(user);
}

static void on_answer(AwsCall *call)
{
    HttpTry *attempt = call->user;

    if (is_worth_a_retry(call->answer.status) && attempt->retries_left > 0) {
        attempt->retries_left--;
        loop_timer(attempt->http->loop, clock_monotonic() + attempt->wait, on_wait_over, attempt);
        attempt->wait *= 2;
        if (attempt->wait > attempt->http->wait_max)
            attempt->wait = attempt->http->wait_max;
        return;
    }
    attempt->is_done = true;
    attempt->done(attempt);
}

static void start(HttpTry *attempt)
{
    Diags diags = diags_make(attempt->call.arena);

    attempt->call.done = on_answer;
    attempt->call.user = attempt;
    if (exchange_send(attempt->http->exchange, &attempt->call, &diags))
        return;
    attempt->call.answer = (Answer){ .failure = diags.list.items[0].detail };
    attempt->is_done = true;
    attempt->done(attempt);
}

static int run_try(HttpTry *attempt)
{
    start(attempt);
    while (!attempt->is_done && loop_run_once(attempt->http->loop))
        ;
    return attempt->call.answer.status;
}

static Text failure(const HttpTry *attempt)
{
    int status = attempt->call.answer.status;

    if (!status)
        return attempt->call.answer.failure;
    if (status == 401)
        return TEXT_LIT("HTTP remote state endpoint requires auth");
    if (status == 403)
        return TEXT_LIT("HTTP remote state endpoint invalid auth");
    return text_format(attempt->call.arena, "unexpected HTTP response code %d", status);
}

/* --- the lock ------------------------------------------------------------------------------- */

/* One wish for the lock. */
typedef struct Wish {
    HttpBackend *http;
    LockInfo info;
    LockInfo holder; /* id empty: nobody knows */
    Diags *diags;
} Wish;

static LockAttempt try_once(void *user)
{
    Wish *wish = user;
    HttpBackend *http = wish->http;
    HttpTry *attempt = make_try(http, http->arena, http->lock_method, http->lock_address);
    int status;

    add_body(attempt, lock_info_json(http->arena, &wish->info));
    status = run_try(attempt);
    if (status == 200)
        return LOCK_ACQUIRED;
    wish->holder = (LockInfo){ 0 };
    if (status == 409 || status == 423) {
        (void)lock_info_parse(http->arena, attempt->call.answer.body, &wish->holder);
        /* The answer to an earlier attempt was lost: it is ours. */
        return text_equal(wish->holder.id, wish->info.id) ? LOCK_ACQUIRED : LOCK_HELD;
    }
    diag_error(wish->diags, RANGE_NONE, "Error acquiring the state lock",
               "The state of \"" TEXT_FMT "\" cannot be locked: " TEXT_FMT ".",
               TEXT(http->home.name), TEXT(failure(attempt)));
    return LOCK_FAILED;
}

static void report_held(const Wish *wish)
{
    Text why = text_format(wish->http->arena, "HTTP remote state already locked: ID=" TEXT_FMT,
                           TEXT(wish->holder.id));

    lock_report_held(wish->diags, text_cstring(wish->http->arena, why),
                     wish->holder.id.length ? &wish->holder : NULL);
}

static bool lock_home(void *self, const LockSettings *settings, Diags *diags)
{
    HttpBackend *http = self;
    Wish wish = { .http = http,
                  .info = lock_info_make(http->arena, settings->operation, TEXT_NONE),
                  .diags = diags };
    LockAttempt attempt;

    if (!http->lock_address.length)
        return true; /* as Terraform: nobody asked for one */
    attempt = lock_try_until(http->loop, settings, try_once, &wish);
    if (attempt == LOCK_HELD)
        report_held(&wish);
    if (attempt == LOCK_ACQUIRED)
        http->lock = wish.info;
    return attempt == LOCK_ACQUIRED;
}

static bool unlock_as(HttpBackend *http, const LockInfo *info, Diags *diags)
{
    HttpTry *attempt;
    Text address = http->unlock_address;
    int status;

    if (!address.length) {
        diag_error(diags, RANGE_NONE, "Error releasing the state lock",
                   "The backend \"http\" has no unlock_address.");
        return false;
    }
    attempt = make_try(http, http->arena, http->unlock_method, address);
    add_body(attempt, lock_info_json(http->arena, info));
    status = run_try(attempt);
    if (status == 200 || status == 204)
        return true;
    diag_error(diags, RANGE_NONE, "Error releasing the state lock",
               "The lock of \"" TEXT_FMT "\" could not be released: " TEXT_FMT ".",
               TEXT(http->home.name), TEXT(failure(attempt)));
    return false;
}

static bool unlock_home(void *self, Diags *diags)
{
    HttpBackend *http = self;

    if (!http->lock.id.length || !http->unlock_address.length)
        return true; /* as Terraform: the server ends it */
    return unlock_as(http, &http->lock, diags);
}

static bool break_lock(void *self, Text id, Diags *diags)
{
    LockInfo info = { .id = id };

    return unlock_as(self, &info, diags);
}

/* --- the state ------------------------------------------------------------------------------ */

static bool is_absent(int status)
{
    return status == 404 || status == 204;
}

static void note_seen(HttpBackend *http, Text content)
{
    http->seen = content.length ? digest_of(DIGEST_SHA256, content) : (Digest){ 0 };
}

static bool read_home(void *self, Arena *arena, HomeContent *ret_state, HomeContent *ret_journal,
                      Diags *diags)
{
    HttpBackend *http = self;
    HttpTry *attempt = make_try(http, arena, TEXT_LIT("GET"), http->address);
    int status = run_try(attempt);

    (void)ret_journal;
    if (status != 200 && !is_absent(status)) {
        diag_error(diags, RANGE_NONE, "Error loading state",
                   "The state of \"" TEXT_FMT "\" cannot be read: " TEXT_FMT ".",
                   TEXT(http->home.name), TEXT(failure(attempt)));
        return false;
    }
    ret_state->content = status == 200 ? attempt->call.answer.body : TEXT_NONE;
    ret_state->exists = ret_state->content.length > 0;
    note_seen(http, ret_state->content);
    return true;
}

typedef struct HttpWrite {
    HttpBackend *http;
    Text content;
    HomeDone *done;
    void *user;
    Arena arena;
} HttpWrite;

static void end_write(HttpWrite *write, HomeOutcome outcome, Text why)
{
    Arena arena = write->arena;

    if (outcome == HOME_DONE)
        note_seen(write->http, write->content);
    write->done(write->user, outcome, why);
    arena_free(&arena);
}

static void on_posted(HttpTry *attempt)
{
    int status = attempt->call.answer.status;

    if (status == 200 || status == 201 || status == 204)
        end_write(attempt->user, HOME_DONE, TEXT_NONE);
    else
        end_write(attempt->user, HOME_FAILED, failure(attempt));
}

/* The lock's id goes along, so that the server can refuse whoever has lost it. */
static void post(HttpWrite *write)
{
    HttpBackend *http = write->http;
    HttpTry *attempt = make_try(http, &write->arena, http->update_method, http->address);

    if (http->lock.id.length)
        list_add(&write->arena, &attempt->call.request.query,
                 (QueryPair){ TEXT_LIT("ID"), http->lock.id, false });
    add_body(attempt, write->content);
    attempt->done = on_posted;
    attempt->user = write;
    start(attempt);
}

static bool is_what_was_seen(const HttpBackend *http, Text content)
{
    Digest digest = digest_of(DIGEST_SHA256, content);

    return http->seen.length ? text_equal(digest_text(&digest), digest_text(&http->seen))
                             : !content.length;
}

static void on_looked(HttpTry *attempt)
{
    HttpWrite *write = attempt->user;
    int status = attempt->call.answer.status;

    if (status != 200 && !is_absent(status))
        end_write(write, HOME_FAILED, failure(attempt));
    else if (is_what_was_seen(write->http, status == 200 ? attempt->call.answer.body : TEXT_NONE))
        post(write);
    else
        end_write(write, HOME_CONFLICT, TEXT_LIT("another version is there"));
}

static void write_home(void *self, Text object, Text content, HomeDone *done, void *user)
{
    Arena arena = { 0 };
    HttpWrite *write = arena_new(&arena, HttpWrite);
    HttpTry *attempt;

    (void)object; /* only the state is kept there */
    *write = (HttpWrite){ .http = self, .content = content, .done = done, .user = user };
    write->arena = arena;
    attempt = make_try(self, &write->arena, TEXT_LIT("GET"), write->http->address);
    attempt->done = on_looked;
    attempt->user = write;
    start(attempt);
}

static bool remove_home(void *self, Text object, Diags *diags)
{
    (void)self, (void)object, (void)diags;
    return true;
}

static bool pass_time(void *self)
{
    HttpBackend *http = self;

    return loop_run_once(http->loop);
}

/* --- the backend ---------------------------------------------------------------------------- */

static Text authorization(Arena *arena, Value config)
{
    Text user = argument(config, "username", "TF_HTTP_USERNAME", "");
    Text password = argument(config, "password", "TF_HTTP_PASSWORD", "");

    if (!user.length)
        return TEXT_NONE;
    return text_concat(arena, TEXT_LIT("Basic "),
                       base64_encode(arena, text_format(arena, TEXT_FMT ":" TEXT_FMT, TEXT(user),
                                                        TEXT(password))));
}

static bool open_http(Backend *backend, Diags *diags)
{
    Arena *arena = backend->settings.arena;
    Value config = backend->config;
    HttpBackend *http = arena_new(arena, HttpBackend);
    ClientSettings settings = { .http = http_settings(config), .foreign = true };

    (void)diags;
    *http = (HttpBackend){
        .arena = arena,
        .loop = backend->settings.loop(backend->settings.user),
        .address = argument(config, "address", "TF_HTTP_ADDRESS", ""),
        .update_method = argument(config, "update_method", "TF_HTTP_UPDATE_METHOD", "POST"),
        .lock_address = argument(config, "lock_address", "TF_HTTP_LOCK_ADDRESS", ""),
        .lock_method = argument(config, "lock_method", "TF_HTTP_LOCK_METHOD", "LOCK"),
        .unlock_address = argument(config, "unlock_address", "TF_HTTP_UNLOCK_ADDRESS", ""),
        .unlock_method = argument(config, "unlock_method", "TF_HTTP_UNLOCK_METHOD", "UNLOCK"),
        .authorization = authorization(arena, config),
        .retry_max = number_argument(config, "retry_max", "TF_HTTP_RETRY_MAX", 2),
        .wait_min = SECONDS(number_argument(config, "retry_wait_min", "TF_HTTP_RETRY_WAIT_MIN", 1)),
        .wait_max =
            SECONDS(number_argument(config, "retry_wait_max", "TF_HTTP_RETRY_WAIT_MAX", 30)),
    };
    http->home = (StateHome){
        .name = http->address,
        .journal_path = text_format(arena, TEXT_FMT "/http.journal", TEXT(data_directory(arena))),
        .self = http,
        .lock = lock_home,
        .unlock = unlock_home,
        .break_lock = break_lock,
        .read = read_home,
        .write = write_home,
        .remove = remove_home,
        .wait = pass_time,
    };
    http->exchange = exchange_open(arena, http->loop, 10);
    http->client = client_make(http->exchange, &settings);
    backend->self = http;
    return true;
}

static void close_http(Backend *backend)
{
    HttpBackend *http = backend->self;

    exchange_close(http->exchange);
}

static bool workspaces(Backend *backend, TextList *ret_names, Diags *diags)
{
    (void)backend, (void)ret_names, (void)diags;
    return true;
}

static void locate(Backend *backend, Text workspace, StoreSettings *settings)
{
    HttpBackend *http = backend->self;

    (void)workspace;
    settings->home = &http->home;
}

const BackendKind backend_http = {
    .name = "http",
    .arguments = arguments,
    .check = check,
    .open = open_http,
    .close = close_http,
    .workspaces = workspaces,
    .locate = locate,
};
