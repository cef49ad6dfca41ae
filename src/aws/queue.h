/*
 * queue.h: which call goes next.
 *
 * A call waits in three places, one after another: in its lane, until the call before it in the
 * same lane is over; in its bucket, until the rate of its operation allows it; and for one of the
 * [parallelism] places on the wire. A call that waits for a retry holds its lane, so that the order
 * in it stays, but no place. Older calls go first. Nothing here knows time or network: the caller
 * says what time it is.
 *
 * Calling sequence
 *   queue_add(queue, entry, now)      a new call
 *   queue_take(queue, now, &when)     the next that may go now, or NULL; [when]: ask again then
 *                                     (0: not before something else happens)
 *   queue_leave_wire(queue, entry)    it waits somewhere else, for a retry, and keeps its lane
 *   queue_put_back(queue, entry)      it wants to go again
 *   queue_end(queue, entry)           it is over: its place and its lane are free
 */
#pragma once

#include "pipectl/base/clock.h"
#include "pipectl/base/table.h"

typedef struct QueueEntry QueueEntry;
typedef struct QueueLane QueueLane;
typedef struct QueueBucket QueueBucket;

typedef enum QueuePlace {
    QUEUE_NOWHERE,
    QUEUE_IN_LANE,
    QUEUE_IN_BUCKET,
    QUEUE_ON_WIRE,
    QUEUE_AWAY
} QueuePlace;

struct QueueEntry {
    Text lane;     /* empty: none */
    Text rate_key; /* empty: no limit */
    double rate;   /* calls a second; 0: no limit */
    void *user;
    /* the queue's own */
    uint64_t number;
    QueuePlace place;
    QueueLane *in_lane;
    QueueBucket *in_bucket;
    QueueEntry *next; /* in the list that it waits in */
};

typedef struct Queue {
    Arena *arena;
    int64_t parallelism;
    int64_t on_wire;
    uint64_t next_number;
    Table lanes;   /* "kinesis my-stream" -> QueueLane */
    Table buckets; /* "us-east-1 kinesis CreateStream" -> QueueBucket */
} Queue;

void queue_open(Queue *queue, Arena *arena, int64_t parallelism);
void queue_add(Queue *queue, QueueEntry *entry, Nanoseconds now);
QueueEntry *queue_take(Queue *queue, Nanoseconds now, Nanoseconds *ret_when);

/* Off the wire, to wait somewhere else (for a retry); its lane stays its own. */
void queue_leave_wire(Queue *queue, QueueEntry *entry);
void queue_put_back(Queue *queue, QueueEntry *entry);
void queue_end(Queue *queue, QueueEntry *entry);

/* The service refused a call of this bucket as too many: nothing of it goes before [until]. */
void queue_slow_down(QueueEntry *entry, Nanoseconds until);
