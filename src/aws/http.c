/*
 * http.c: curl's multi interface, driven by the loop: curl says which sockets and which timer it
 * wants.
 *
 * CURLOPT_NOSIGNAL stays off: curl then ignores SIGPIPE for as long as it works, which TLS needs
 * when it writes to a connection that is gone. Ignored by the process, children would inherit it.
 */
#include "http.h"

#include <assert.h>
#include <curl/curl.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    CONNECT_MILLISECONDS = 10000,
    SILENT_SECONDS = 60,          /* no byte for so long: the connection is dead */
    CONNECTION_AGE_SECONDS = 50,  /* AWS closes idle ones after about a minute */
    CONNECTIONS_MAX = 64,
    ANSWER_BYTES_MAX = 512 << 20, /* no server may fill the memory */
};

/* Debian's folder of certificates, each under the hash of its subject: only the one that is needed
   is read. */
static const char certificate_folder[] = "/etc/ssl/certs";

struct Transfer {
    Http *http;
    Transfer *next, *previous; /* in http->active; next alone in http->spare */
    CURL *easy;
    struct curl_slist *headers;
    FILE *body_file;
    Arena *arena;
    const Request *request;
    Answer *answer;
    TextBuilder body;
    HttpOnEnd *on_end;
    void *user;
    int times_sent; /* how often curl was about to send it */
    bool too_large;
    char error[CURL_ERROR_SIZE];
};

struct Http {
    Arena *arena;
    Loop *loop;
    CURLM *multi; /* NULL until the first request */
    LoopTimer *timer;
    Transfer *active, *spare;
    bool has_certificate_folder;
};

/* --- what curl asks of the loop ------------------------------------------------------------- */

static void collect(Http *http);

static void on_socket_ready(void *user, int descriptor, int events)
{
    Http *http = user;
    int running, ready = (events & LOOP_READ ? CURL_CSELECT_IN : 0) |
                         (events & LOOP_WRITE ? CURL_CSELECT_OUT : 0) |
                         (events & LOOP_ERROR ? CURL_CSELECT_ERR : 0);

    curl_multi_socket_action(http->multi, descriptor, ready, &running);
    collect(http);
}

static int watch_socket(CURL *easy, curl_socket_t descriptor, int what, void *user, void *socket)
{
    Http *http = user;
    int events = what == CURL_POLL_IN      ? LOOP_READ
                 : what == CURL_POLL_OUT   ? LOOP_WRITE
                 : what == CURL_POLL_INOUT ? LOOP_READ | LOOP_WRITE
                                           : 0;

    (void)easy;
    (void)socket;
    loop_watch(http->loop, descriptor, events, on_socket_ready, http);
    return 0;
}

static void on_time(void *user)
{
    Http *http = user;
    int running;

    http->timer = NULL;
    curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(http);
}

static int set_timer(CURLM *multi, long milliseconds, void *user)
{
    Http *http = user;

    (void)multi;
    if (http->timer)
        loop_cancel(http->loop, http->timer);
    http->timer = NULL;
    if (milliseconds >= 0)
        http->timer =
            loop_timer(http->loop, clock_monotonic() + MILLISECONDS(milliseconds), on_time, http);
    return 0;
}

/* --- one transfer, as curl sees it ---------------------------------------------------------- */

static size_t on_body(char *bytes, size_t size, size_t count, void *user)
{
    Transfer *transfer = user;

    if (transfer->body.length + size * count > ANSWER_BYTES_MAX) {
        transfer->too_large = true;
        return 0;
    }
    text_add(&transfer->body, (Text){ bytes, size * count });
    return size * count;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *user)
{
    Transfer *transfer = user;
    Text line = { bytes, size * count }, name, value;

    if (text_starts_with(
            line, TEXT_LIT("HTTP/"))) /* of this answer; what came before was "100 Continue" */
        transfer->answer->headers.count = 0;
    else if (text_cut(line, TEXT_LIT(":"), &name, &value))
        list_add(transfer->arena, &transfer->answer->headers,
                 (Header){ text_copy(transfer->arena, name),
                          text_copy(transfer->arena, text_trim(value)) });
    return size * count;
}

static size_t read_body(char *bytes, size_t size, size_t count, void *user)
{
    Transfer *transfer = user;
    size_t length = fread(bytes, 1, size * count, transfer->body_file);

    return ferror(transfer->body_file) ? CURL_READFUNC_ABORT : length;
}

static int seek_body(void *user, curl_off_t offset, int origin)
{
    Transfer *transfer = user;

    return fseeko(transfer->body_file, offset, origin) == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

static bool is_safe_to_repeat(const Request *request)
{
    return text_is(request->method, "GET") || text_is(request->method, "HEAD");
}

/* A connection is there and the request is about to go. curl repeats a request by itself when a
   reused connection was closed without an answer; a change may have been made by then, so that is
   not curl's decision. */
static int before_sending(void *user, char *ip, char *local_ip, int port, int local_port)
{
    Transfer *transfer = user;

    (void)ip, (void)local_ip, (void)port, (void)local_port;
    transfer->answer->sent = true;
    if (transfer->times_sent++ && !is_safe_to_repeat(transfer->request))
        return CURL_PREREQFUNC_ABORT;
    return CURL_PREREQFUNC_OK;
}

static void add_header_line(Transfer *transfer, const char *line)
{
    struct curl_slist *grown = curl_slist_append(transfer->headers, line);

    if (!grown) {
        fputs("pipectl: out of memory\n", stderr);
        exit(1);
    }
    transfer->headers = grown;
}

static void set_headers(Transfer *transfer)
{
    const HeaderList *headers = &transfer->request->headers;

    for (size_t i = 0; i < headers->count; i++) {
        const Header *header = &headers->items[i];

        /* A header without a value is written with a semicolon, or curl takes it for a wish to
           leave it out. */
        add_header_line(transfer, text_format(transfer->arena,
                                              header->value.length ? TEXT_FMT ": " TEXT_FMT
                                                                   : TEXT_FMT ";" TEXT_FMT,
                                              TEXT(header->name), TEXT(header->value))
                                      .bytes);
    }
    add_header_line(transfer, "Expect:"); /* waiting for "100 Continue" would cost a round trip */
    if (!header_find(headers, "Content-Type").length)
        add_header_line(transfer, "Content-Type:");
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
}

static bool set_body(Transfer *transfer)
{
    const Request *request = transfer->request;

    curl_easy_setopt(transfer->easy, CURLOPT_POST, 1L);
    if (!request->body_file.length) {
        curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDS,
                         request->body.length ? request->body.bytes : "");
        curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)request->body.length);
        return true;
    }
    transfer->body_file = fopen(text_cstring(transfer->arena, request->body_file), "re");
    if (!transfer->body_file)
        return false;
    curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDS, NULL);
    curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
    curl_easy_setopt(transfer->easy, CURLOPT_READFUNCTION, read_body);
    curl_easy_setopt(transfer->easy, CURLOPT_READDATA, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_SEEKFUNCTION, seek_body);
    curl_easy_setopt(transfer->easy, CURLOPT_SEEKDATA, transfer);
    return true;
}

static bool set_method_and_body(Transfer *transfer)
{
    const Request *request = transfer->request;
    Text method = request->method;
    bool ok = true;

    if (text_is(method, "HEAD"))
        curl_easy_setopt(transfer->easy, CURLOPT_NOBODY, 1L);
    else if (request->body.length || request->body_file.length || text_is(method, "POST") ||
             text_is(method, "PUT") || text_is(method, "PATCH"))
        ok = set_body(transfer);
    else
        curl_easy_setopt(transfer->easy, CURLOPT_HTTPGET, 1L);
    if (!text_is(method, "HEAD"))
        curl_easy_setopt(transfer->easy, CURLOPT_CUSTOMREQUEST,
                         text_cstring(transfer->arena, method));
    return ok;
}

static void set_pem(CURL *easy, CURLoption option, Text pem)
{
    struct curl_blob blob = { (void *)pem.bytes, pem.length, CURL_BLOB_COPY };

    curl_easy_setopt(easy, option, &blob);
}

/* Whom to believe: the authorities of [http], of SSL_CERT_FILE, or the system's. */
static void set_authorities(Transfer *transfer, const HttpSettings *http)
{
    CURL *easy = transfer->easy;
    const char *bundle = getenv("SSL_CERT_FILE");

    if (http->ca_bundle.length)
        bundle = text_cstring(transfer->arena, http->ca_bundle);
    if (http->authorities.length) {
        set_pem(easy, CURLOPT_CAINFO_BLOB, http->authorities);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    } else if (bundle && *bundle) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, bundle);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    } else if (transfer->http->has_certificate_folder) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
        curl_easy_setopt(easy, CURLOPT_CAPATH, certificate_folder);
    }
}

static void set_certificates(Transfer *transfer)
{
    static const HttpSettings nothing_said;
    const HttpSettings *http = transfer->request->http ? transfer->request->http : &nothing_said;

    set_authorities(transfer, http);
    if (http->certificate.length) {
        set_pem(transfer->easy, CURLOPT_SSLCERT_BLOB, http->certificate);
        set_pem(transfer->easy, CURLOPT_SSLKEY_BLOB, http->private_key);
    }
    if (http->insecure) {
        curl_easy_setopt(transfer->easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(transfer->easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

/* Curl itself looks at HTTP_PROXY and its like. */
static void set_proxy(Transfer *transfer)
{
    const HttpSettings *http = transfer->request->http;
    Text proxy;

    if (transfer->request->direct)
        curl_easy_setopt(transfer->easy, CURLOPT_NOPROXY, "*");
    if (transfer->request->direct || !http)
        return;
    proxy = text_is(transfer->request->scheme, "https") && http->https_proxy.length
                ? http->https_proxy
                : http->http_proxy;
    if (proxy.length)
        curl_easy_setopt(transfer->easy, CURLOPT_PROXY, text_cstring(transfer->arena, proxy));
    if (http->no_proxy.length)
        curl_easy_setopt(transfer->easy, CURLOPT_NOPROXY,
                         text_cstring(transfer->arena, http->no_proxy));
}

static void set_connection(Transfer *transfer)
{
    CURL *easy = transfer->easy;
    Text url = text_format(transfer->arena, TEXT_FMT "://" TEXT_FMT TEXT_FMT,
                           TEXT(transfer->request->scheme), TEXT(transfer->request->host),
                           TEXT(request_target(transfer->arena, transfer->request)));

    curl_easy_setopt(easy, CURLOPT_URL, url.bytes);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L); /* the path was signed as it is */
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MILLISECONDS);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)SILENT_SECONDS);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)CONNECTION_AGE_SECONDS);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (transfer->request->timeout)
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                         (long)(transfer->request->timeout / MILLISECONDS(1)));
    set_certificates(transfer);
    set_proxy(transfer);
}

/* Children (provisioners, credential processes) must not inherit connections. */
static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)user;
    (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void set_callbacks(Transfer *transfer)
{
    CURL *easy = transfer->easy;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_sending);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
}

/* --- the end of a transfer ------------------------------------------------------------------ */

static HttpEnd end_of(const Transfer *transfer, CURLcode result)
{
    switch (result) {
    case CURLE_OK:
        return HTTP_ANSWERED;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return HTTP_UNKNOWN_HOST;
    case CURLE_COULDNT_CONNECT:
        return HTTP_UNREACHABLE;
    case CURLE_UNSUPPORTED_PROTOCOL: /* also of an answer that is no HTTP */
        return transfer->answer->sent ? HTTP_BROKEN : HTTP_IMPOSSIBLE;
    case CURLE_URL_MALFORMAT:
    case CURLE_READ_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_OUT_OF_MEMORY:
        return HTTP_IMPOSSIBLE;
    case CURLE_WRITE_ERROR:
        return transfer->too_large ? HTTP_IMPOSSIBLE : HTTP_BROKEN;
    default:
        return transfer->answer->sent ? HTTP_BROKEN : HTTP_UNREACHABLE;
    }
}

static Text failure_text(const Transfer *transfer, CURLcode result)
{
    const char *said = transfer->error[0] ? transfer->error : curl_easy_strerror(result);

    if (result == CURLE_ABORTED_BY_CALLBACK)
        said = "the connection was closed before an answer came";
    if (transfer->too_large)
        said = "the answer is too large";
    return text_format(transfer->arena, TEXT_FMT ": %s", TEXT(transfer->request->host), said);
}

static void set_answer(Transfer *transfer, CURLcode result)
{
    Answer *answer = transfer->answer;
    long status = 0;

    if (result != CURLE_OK) {
        answer->headers.count = 0;
        answer->failure = failure_text(transfer, result);
        return;
    }
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    answer->status = (int)status;
    answer->body = text_built(&transfer->body);
}

/* Takes the transfer out of curl and keeps its handle for the next one. */
static void release(Transfer *transfer)
{
    Http *http = transfer->http;

    curl_multi_remove_handle(http->multi, transfer->easy);
    curl_easy_reset(transfer->easy);
    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
    if (transfer->body_file)
        fclose(transfer->body_file);
    transfer->body_file = NULL;
    if (transfer->next)
        transfer->next->previous = transfer->previous;
    if (transfer->previous)
        transfer->previous->next = transfer->next;
    else
        http->active = transfer->next;
    transfer->next = http->spare;
    http->spare = transfer;
}

static void collect(Http *http)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(http->multi, &left))) {
        CURLcode result = message->data.result;
        Transfer *transfer;
        HttpOnEnd *on_end;
        void *user;
        HttpEnd end;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        end = end_of(transfer, result);
        set_answer(transfer, result);
        on_end = transfer->on_end;
        user = transfer->user;
        release(transfer); /* before the call, which may want its handle for the next request */
        on_end(user, end);
    }
}

/* --- the public part ------------------------------------------------------------------------ */

/* "0a1b2c3d.0": the form of the names that openssl rehash makes. */
static bool is_hashed_name(const char *name)
{
    return strlen(name) == 10 && strspn(name, "0123456789abcdef") == 8 && name[8] == '.' &&
           name[9] == '0';
}

static bool folder_is_hashed(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    bool found = false;

    if (!folder)
        return false;
    while (!found && (entry = readdir(folder)))
        found = is_hashed_name(entry->d_name);
    closedir(folder);
    return found;
}

static void start_curl(Http *http)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0 || !(http->multi = curl_multi_init())) {
        fputs("pipectl: the HTTP library could not be started\n", stderr);
        exit(1);
    }
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_MAX);
    http->has_certificate_folder = folder_is_hashed(certificate_folder);
}

Http *http_open(Arena *arena, Loop *loop)
{
    Http *http = arena_new(arena, Http);

    http->arena = arena;
    http->loop = loop;
    return http;
}

static Transfer *take_transfer(Http *http)
{
    Transfer *transfer = http->spare;
    CURL *easy;

    if (transfer)
        http->spare = transfer->next;
    else
        transfer = arena_new(http->arena, Transfer);
    easy = transfer->easy ? transfer->easy : curl_easy_init();
    if (!easy) {
        fputs("pipectl: out of memory\n", stderr);
        exit(1);
    }
    *transfer = (Transfer){ .http = http, .easy = easy, .next = http->active };
    if (http->active)
        http->active->previous = transfer;
    http->active = transfer;
    return transfer;
}

Transfer *http_send(Http *http, Arena *arena, const Request *request, Answer *ret_answer,
                    HttpOnEnd *on_end, void *user)
{
    Transfer *transfer;

    if (!http->multi)
        start_curl(http);
    transfer = take_transfer(http);
    transfer->arena = arena;
    transfer->request = request;
    transfer->answer = ret_answer;
    transfer->on_end = on_end;
    transfer->user = user;
    transfer->body = text_builder(arena);
    *ret_answer = (Answer){ 0 };
    set_connection(transfer);
    set_callbacks(transfer);
    set_headers(transfer);
    if (!set_method_and_body(
            transfer)) /* the file is gone: curl ends it as "malformed", later and from the loop */
        curl_easy_setopt(transfer->easy, CURLOPT_URL, "");
    curl_multi_add_handle(http->multi, transfer->easy);
    return transfer;
}

void http_cancel(Http *http, Transfer *transfer)
{
    assert(transfer->http == http);
    release(transfer);
}

void http_close(Http *http)
{
    if (!http->multi)
        return;
    while (http->active)
        release(http->active);
    for (Transfer *transfer = http->spare; transfer; transfer = transfer->next)
        curl_easy_cleanup(transfer->easy);
    http->spare = NULL;
    curl_multi_cleanup(http->multi);
    http->multi = NULL;
    if (http->timer)
        loop_cancel(http->loop, http->timer);
    http->timer = NULL;
}
