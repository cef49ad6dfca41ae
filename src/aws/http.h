/*
 * http.h: one HTTP request and its answer, over one pool of connections. The only user of curl.
 *
 * Nothing here knows AWS: no signatures, no retries, no redirects. A request is sent at most once:
 * where curl by itself would send it again on a fresh connection, the transfer ends as HTTP_BROKEN,
 * unless the method is GET or HEAD.
 *
 * Calling sequence
 *   Http *http = http_open(arena, loop);      curl itself is started by the first request
 *   http_send(http, arena, request, &answer, on_end, user)  -> later, from the loop: on_end(user,
 * end) http_close(http);
 */
#pragma once

#include "pipectl/aws/request.h"
#include "pipectl/base/loop.h"

typedef struct Http Http;
typedef struct Transfer Transfer;

typedef enum HttpEnd {
    HTTP_ANSWERED,     /* whole, of any status */
    HTTP_UNKNOWN_HOST, /* no such name */
    HTTP_UNREACHABLE,  /* no connection, so nothing was sent */
    HTTP_BROKEN,       /* lost, silent for too long, or the answer was cut off */
    HTTP_IMPOSSIBLE, /* will not get better: a certificate that is not trusted, a malformed URL, ...
                      */
} HttpEnd;

typedef void HttpOnEnd(void *user, HttpEnd end);

Http *http_open(Arena *arena, Loop *loop);

/* Ends what is under way without calling anyone. */
void http_close(Http *http);

/* [request] and what it points to must live until the end; the answer is made in [arena]. */
Transfer *http_send(Http *http, Arena *arena, const Request *request, Answer *ret_answer,
                    HttpOnEnd *on_end, void *user);

/* Ends a transfer without a call of on_end. */
void http_cancel(Http *http, Transfer *transfer);
