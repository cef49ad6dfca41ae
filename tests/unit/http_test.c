/* layer: aws
 *
 * HTTP over real sockets: a child process plays a server that follows a script, one reply a
 * request.
 */
#include "http.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { LARGE_BODY = 3 << 20 };

typedef struct Reply {
    const char *bytes; /* written as they are */
    bool closes;       /* the connection, after them */
} Reply;

typedef struct World {
    Arena arena;
    Loop *loop;
    Http *http;
    pid_t server;
    int port;
    int requests; /* what the server has read */
} World;

static World world;

/* --- the server ---------------------------------------------------------------------------- */

/* One request: to the blank line, then what Content-Length says. */
static ssize_t read_request(int connection, char *bytes, size_t size)
{
    size_t length = 0;

    for (;;) {
        ssize_t got = read(connection, bytes + length, size - 1 - length);
        const char *end, *said;

        if (got <= 0)
            return -1;
        length += (size_t)got;
        bytes[length] = 0;
        end = strstr(bytes, "\r\n\r\n");
        said = strcasestr(bytes, "content-length:");
        if (end && length >= (size_t)(end + 4 - bytes) + (said ? (size_t)atoi(said + 15) : 0))
            return (ssize_t)length;
    }
}

static void write_all(int descriptor, const char *bytes, size_t length)
{
    for (ssize_t written; length > 0; bytes += written, length -= (size_t)written)
        if ((written = write(descriptor, bytes, length)) < 0)
            _exit(1);
}

static void serve(int listening, int report, const Reply *replies, size_t count)
{
    static char bytes[LARGE_BODY + 4000];

    for (size_t next = 0; next < count;) {
        int connection = accept(listening, NULL, NULL);
        ssize_t length;

        while (next < count && (length = read_request(connection, bytes, sizeof bytes)) > 0) {
            const Reply *reply = &replies[next++];

            write_all(report, bytes, length < 2000 ? (size_t)length : 2000);
            write_all(connection, reply->bytes, strlen(reply->bytes));
            if (reply->closes)
                break;
        }
        close(connection);
    }
    _exit(0);
}

static void start_server(const Reply *replies, size_t count)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), report[2];

    assert_int_equal(bind(listening, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listening, 10), 0);
    assert_int_equal(getsockname(listening, (struct sockaddr *)&address, &length), 0);
    assert_int_equal(pipe2(report, O_CLOEXEC), 0);
    world.port = ntohs(address.sin_port);
    world.server = fork();
    if (world.server == 0)
        serve(listening, report[1], replies, count);
    close(listening);
    close(report[1]);
    world.requests = report[0];
}

#define SERVE(...)                                          \
    do {                                                    \
        static const Reply replies_[] = { __VA_ARGS__ };    \
        start_server(replies_, sizeof replies_ / sizeof *replies_); \
    } while (0)

/* Everything that the server has read, once it is gone. */
static const char *requests_seen(void)
{
    static char bytes[40000];
    size_t length = 0;
    ssize_t got;

    http_close(world.http); /* the server sees its last connection end */
    kill(world.server, SIGTERM);
    while ((got = read(world.requests, bytes + length, sizeof bytes - 1 - length)) > 0)
        length += (size_t)got;
    bytes[length] = 0;
    return bytes;
}

/* --- the client ---------------------------------------------------------------------------- */

static int open_world(void **state)
{
    (void)state;
    unsetenv("http_proxy");
    signal(SIGPIPE, SIG_IGN);
    world = (World){ .requests = -1 };
    world.loop = loop_open(&world.arena);
    world.http = http_open(&world.arena, world.loop);
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    http_close(world.http);
    loop_close(world.loop);
    if (world.server) {
        kill(world.server, SIGKILL);
        waitpid(world.server, NULL, 0);
        close(world.requests);
    }
    arena_free(&world.arena);
    return 0;
}

static Request request_to(const char *method, const char *path)
{
    return (Request){ .method = text_of(method), .scheme = TEXT_LIT("http"), .path = text_of(path),
                      .host = text_format(&world.arena, "127.0.0.1:%d", world.port) };
}

static void on_end(void *user, HttpEnd end)
{
    *(int *)user = (int)end;
}

static HttpEnd fetch(const Request *request, Answer *ret_answer)
{
    int end = -1;

    http_send(world.http, &world.arena, request, ret_answer, on_end, &end);
    while (end < 0)
        assert_true(loop_run_once(world.loop));
    return (HttpEnd)end;
}

#define OK_EMPTY { "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false }

static void a_request_goes_as_it_was_signed(void **state)
{
    Request request;
    Answer answer;
    const char *seen;

    (void)state;
    SERVE({ "HTTP/1.1 201 Created\r\nX-Amz-Thing:  a b \r\nContent-Length: 4\r\n\r\nbody", false });
    request = request_to("PUT", "/a/../b%2Fc//d");
    list_add(&world.arena, &request.query, (QueryPair){ .name = TEXT_LIT("acl"), .bare = true });
    list_add(&world.arena, &request.headers, (Header){ TEXT_LIT("X-Empty"), TEXT_NONE });
    request.body = TEXT_LIT("0123456789");
    assert_int_equal(fetch(&request, &answer), HTTP_ANSWERED);
    assert_int_equal(answer.status, 201);
    assert_true(answer.sent);
    assert_true(text_is(answer.body, "body"));
    assert_true(text_is(header_find(&answer.headers, "x-amz-thing"), "a b"));
    seen = requests_seen();
    assert_memory_equal(seen, "PUT /a/../b%2Fc//d?acl HTTP/1.1\r\n", 33);
    assert_non_null(strstr(seen, "\r\nX-Empty:\r\n"));
    assert_non_null(strstr(seen, "\r\nContent-Length: 10\r\n"));
    assert_non_null(strstr(seen, "\r\n\r\n0123456789"));
    assert_null(strcasestr(seen, "Expect:"));
    assert_null(strcasestr(seen, "Content-Type:"));
    assert_null(strcasestr(seen, "Transfer-Encoding:"));
}

static void an_empty_post_says_that_it_is_empty(void **state)
{
    Request request;
    Answer answer;

    (void)state;
    SERVE(OK_EMPTY);
    request = request_to("POST", "/");
    assert_int_equal(fetch(&request, &answer), HTTP_ANSWERED);
    assert_non_null(strstr(requests_seen(), "\r\nContent-Length: 0\r\n"));
}

/* Asking first ("Expect: 100-continue"), as curl does for large bodies, would cost a round trip. */
static void a_large_body_is_sent_without_asking(void **state)
{
    char *bytes = arena_alloc(&world.arena, LARGE_BODY);
    Request request;
    Answer answer;

    (void)state;
    SERVE(OK_EMPTY);
    request = request_to("PUT", "/");
    request.body = (Text){ memset(bytes, 'x', LARGE_BODY), LARGE_BODY };
    assert_int_equal(fetch(&request, &answer), HTTP_ANSWERED);
    assert_null(strcasestr(requests_seen(), "Expect:"));
}

static void a_head_has_headers_and_no_body(void **state)
{
    Request request;
    Answer answer;

    (void)state;
    SERVE({ "HTTP/1.1 404 Not Found\r\nContent-Length: 300\r\n\r\n", false }, OK_EMPTY);
    request = request_to("HEAD", "/bucket");
    assert_int_equal(fetch(&request, &answer), HTTP_ANSWERED);
    assert_int_equal(answer.status, 404);
    assert_int_equal(answer.body.length, 0);
    assert_int_equal(fetch(&request, &answer), HTTP_ANSWERED); /* on the same connection */
}

static void a_redirect_is_an_answer(void **state)
{
    Request request;
    Answer answer;

    (void)state;
    SERVE({ "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
           false });
    request = request_to("GET", "/");
    assert_int_equal(fetch(&request, &answer), HTTP_ANSWERED);
    assert_int_equal(answer.status, 301);
}

static void connections_are_used_again(void **state)
{
    Request request;
    Answer answer;

    (void)state;
    SERVE(OK_EMPTY, OK_EMPTY, OK_EMPTY);
    request = request_to("POST", "/");
    for (int i = 0; i < 3; i++)
        assert_int_equal(fetch(&request, &answer), HTTP_ANSWERED);
    /* The server serves one connection at a time: a second one would have had to wait for the first
       to end. */
}

static void an_answer_that_is_cut_off_is_none(void **state)
{
    Request request;
    Answer answer;

    (void)state;
    SERVE({ "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\"", true },
          { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"hal", true });
    request = request_to("POST", "/");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(fetch(&request, &answer), HTTP_BROKEN);
        assert_int_equal(answer.status, 0);
        assert_true(answer.sent);
        assert_true(answer.failure.length > 0);
    }
}

static void a_closed_connection_may_have_done_it(void **state)
{
    Request request;
    Answer answer;

    (void)state;
    SERVE({ "", true });
    request = request_to("POST", "/");
    assert_int_equal(fetch(&request, &answer), HTTP_BROKEN);
    assert_true(answer.sent);
}

/* curl would send it once more on a fresh connection: AWS might make a second object. */
static void a_change_is_never_sent_twice_by_itself(void **state)
{
    Request request;
    Answer answer;

    (void)state;
    SERVE(OK_EMPTY, { "", true }, OK_EMPTY);
    request = request_to("POST", "/first");
    assert_int_equal(fetch(&request, &answer), HTTP_ANSWERED);
    request = request_to("POST", "/second");
    assert_int_equal(fetch(&request, &answer), HTTP_BROKEN);
    assert_true(answer.sent);
    assert_null(strstr(strstr(requests_seen(), "POST /second") + 1, "POST /second"));
}

static void a_read_may_be_sent_twice(void **state)
{
    Request request;
    Answer answer;

    (void)state;
    SERVE(OK_EMPTY, { "", true }, OK_EMPTY);
    request = request_to("GET", "/");
    assert_int_equal(fetch(&request, &answer), HTTP_ANSWERED);
    assert_int_equal(fetch(&request, &answer), HTTP_ANSWERED);
}

static void a_closed_port_was_not_sent_to(void **state)
{
    Request request;
    Answer answer;

    (void)state;
    world.port = 1;
    request = request_to("POST", "/");
    assert_int_equal(fetch(&request, &answer), HTTP_UNREACHABLE);
    assert_false(answer.sent);
    assert_true(text_starts_with(answer.failure, TEXT_LIT("127.0.0.1:1: ")));
}

static void an_unknown_host_is_told_apart(void **state)
{
    Request request = { .method = TEXT_LIT("GET"),
                        .scheme = TEXT_LIT("http"),
                        .host = TEXT_LIT("no-such-host.invalid"),
                        .path = TEXT_LIT("/") };
    Answer answer;

    (void)state;
    assert_int_equal(fetch(&request, &answer), HTTP_UNKNOWN_HOST);
    assert_false(answer.sent);
}

static void garbage_is_a_broken_connection(void **state)
{
    Request request;
    Answer answer;

    (void)state;
    SERVE({ "no http at all\r\n\r\n", true });
    request = request_to("POST", "/");
    assert_int_equal(fetch(&request, &answer), HTTP_BROKEN);
}

static void a_file_is_sent_in_pieces(void **state)
{
    char name[] = "/tmp/pipectl-http-XXXXXX";
    int file = mkstemp(name);
    Request request;
    Answer answer;

    (void)state;
    assert_int_equal(write(file, "file content", 12), 12);
    close(file);
    SERVE(OK_EMPTY);
    request = request_to("PUT", "/");
    request.body_file = text_of(name);
    request.body_length = 12;
    assert_int_equal(fetch(&request, &answer), HTTP_ANSWERED);
    assert_non_null(strstr(requests_seen(), "\r\n\r\nfile content"));
    unlink(name);
    assert_int_equal(fetch(&request, &answer), HTTP_IMPOSSIBLE);
    assert_false(answer.sent);
}

static void never(void *user, HttpEnd end)
{
    (void)user, (void)end;
    fail_msg("a cancelled transfer has ended");
}

static void what_is_cancelled_ends_without_a_call(void **state)
{
    Request request;
    Answer answer, other;
    Transfer *transfer;

    (void)state;
    SERVE(OK_EMPTY, OK_EMPTY);
    request = request_to("POST", "/");
    transfer = http_send(world.http, &world.arena, &request, &other, never, NULL);
    http_cancel(world.http, transfer);
    assert_int_equal(fetch(&request, &answer), HTTP_ANSWERED);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_request_goes_as_it_was_signed),
        IN_WORLD(an_empty_post_says_that_it_is_empty),
        IN_WORLD(a_large_body_is_sent_without_asking),
        IN_WORLD(a_head_has_headers_and_no_body),
        IN_WORLD(a_redirect_is_an_answer),
        IN_WORLD(connections_are_used_again),
        IN_WORLD(an_answer_that_is_cut_off_is_none),
        IN_WORLD(a_closed_connection_may_have_done_it),
        IN_WORLD(a_change_is_never_sent_twice_by_itself),
        IN_WORLD(a_read_may_be_sent_twice),
        IN_WORLD(a_closed_port_was_not_sent_to),
        IN_WORLD(an_unknown_host_is_told_apart),
        IN_WORLD(garbage_is_a_broken_connection),
        IN_WORLD(a_file_is_sent_in_pieces),
        IN_WORLD(what_is_cancelled_ends_without_a_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
