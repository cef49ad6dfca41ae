#include "queue.h"

#include <assert.h>

typedef struct Waiting {
    QueueEntry *first, *last;
} Waiting;

struct QueueLane {
    QueueEntry *holder;
    Waiting waiting;
};

struct QueueBucket {
    double rate;          /* tokens a second; 0: no limit */
    double tokens;        /* at [counted]; at most one second's worth, but at least one */
    Nanoseconds counted;
    Nanoseconds closed_until;
    Waiting waiting;
};

/* --- lists in order of number --------------------------------------------------------------- */

/* New entries go to the end and retried ones mostly to the front, so neither walks far. */
static void add_waiting(Waiting *waiting, QueueEntry *entry)
{
    QueueEntry **link = &waiting->first;

    if (waiting->last && waiting->last->number < entry->number)
        link = &waiting->last->next;
    while (*link && (*link)->number < entry->number)
        link = &(*link)->next;
    entry->next = *link;
    *link = entry;
    if (!entry->next)
        waiting->last = entry;
}

static void remove_waiting(Waiting *waiting, QueueEntry *entry)
{
    QueueEntry *before = NULL;

    for (QueueEntry *each = waiting->first; each != entry; each = each->next)
        before = each;
    if (before)
        before->next = entry->next;
    else
        waiting->first = entry->next;
    if (waiting->last == entry)
        waiting->last = before;
    entry->next = NULL;
}

/* --- buckets -------------------------------------------------------------------------------- */

static double capacity(const QueueBucket *bucket)
{
    return bucket->rate > 1 ? bucket->rate : 1;
}

static void refill(QueueBucket *bucket, Nanoseconds now)
{
    if (now > bucket->counted)
        bucket->tokens += bucket->rate * (double)(now - bucket->counted) / 1e9;
    if (bucket->tokens > capacity(bucket))
        bucket->tokens = capacity(bucket);
    bucket->counted = now;
}

/* When the bucket's first call may go; [now] or earlier: at once. */
static Nanoseconds time_of_next(QueueBucket *bucket, Nanoseconds now)
{
    Nanoseconds when = now;

    if (bucket->rate > 0) {
        refill(bucket, now);
        /* The next whole nanosecond, or rounding could ask for a moment that is just too early for
           ever. */
        if (bucket->tokens < 1)
            when = now + 1 + (Nanoseconds)((1 - bucket->tokens) / bucket->rate * 1e9);
    }
    return when > bucket->closed_until ? when : bucket->closed_until;
}

static QueueBucket *bucket_of(Queue *queue, const QueueEntry *entry, Nanoseconds now)
{
    Text key = entry->rate > 0 ? entry->rate_key : TEXT_LIT("");
    QueueBucket *bucket = table_find(&queue->buckets, key);

    if (bucket)
        return bucket;
    bucket = arena_new(queue->arena, QueueBucket);
    bucket->rate = entry->rate;
    bucket->tokens = capacity(bucket);
    bucket->counted = now;
    table_put(queue->arena, &queue->buckets, text_copy(queue->arena, key), bucket);
    return bucket;
}

static void wait_in_bucket(QueueEntry *entry)
{
    entry->place = QUEUE_IN_BUCKET;
    add_waiting(&entry->in_bucket->waiting, entry);
}

/* --- lanes ---------------------------------------------------------------------------------- */

static QueueLane *lane_of(Queue *queue, const QueueEntry *entry)
{
    QueueLane *lane = table_find(&queue->lanes, entry->lane);

    if (!lane) {
        lane = arena_new(queue->arena, QueueLane);
        table_put(queue->arena, &queue->lanes, text_copy(queue->arena, entry->lane), lane);
    }
    return lane;
}

static void pass_lane_on(QueueLane *lane)
{
    QueueEntry *next = lane->waiting.first;

    lane->holder = next;
    if (!next)
        return;
    remove_waiting(&lane->waiting, next);
    wait_in_bucket(next);
}

/* --- the public part ------------------------------------------------------------------------ */

void queue_open(Queue *queue, Arena *arena, int64_t parallelism)
{
    *queue = (Queue){ .arena = arena, .parallelism = parallelism > 0 ? parallelism : 1 };
}

void queue_add(Queue *queue, QueueEntry *entry, Nanoseconds now)
{
    entry->number = queue->next_number++;
    entry->in_bucket = bucket_of(queue, entry, now);
    if (entry->lane.length)
        entry->in_lane = lane_of(queue, entry);
    if (entry->in_lane && entry->in_lane->holder) {
        entry->place = QUEUE_IN_LANE;
        add_waiting(&entry->in_lane->waiting, entry);
        return;
    }
    if (entry->in_lane)
        entry->in_lane->holder = entry;
    wait_in_bucket(entry);
}

QueueEntry *queue_take(Queue *queue, Nanoseconds now, Nanoseconds *ret_when)
{
    QueueBucket *chosen = NULL;
    QueueEntry *entry;

    *ret_when = 0;
    if (queue->on_wire >= queue->parallelism)
        return NULL;
    for (size_t i = 0; i < queue->buckets.count; i++) {
        QueueBucket *bucket = queue->buckets.entries[i].value;
        Nanoseconds when;

        if (!bucket->waiting.first)
            continue;
        when = time_of_next(bucket, now);
        if (when > now)
            *ret_when = *ret_when && *ret_when < when ? *ret_when : when;
        else if (!chosen || bucket->waiting.first->number < chosen->waiting.first->number)
            chosen = bucket;
    }
    if (!chosen)
        return NULL;
    entry = chosen->waiting.first;
    remove_waiting(&chosen->waiting, entry);
    if (chosen->rate > 0)
        chosen->tokens -= 1;
    entry->place = QUEUE_ON_WIRE;
    queue->on_wire++;
    return entry;
}

void queue_leave_wire(Queue *queue, QueueEntry *entry)
{
    assert(entry->place == QUEUE_ON_WIRE);
    queue->on_wire--;
    entry->place = QUEUE_AWAY;
}

void queue_put_back(Queue *queue, QueueEntry *entry)
{
    if (entry->place == QUEUE_ON_WIRE)
        queue_leave_wire(queue, entry);
    assert(entry->place == QUEUE_AWAY);
    wait_in_bucket(entry);
}

void queue_end(Queue *queue, QueueEntry *entry)
{
    if (entry->place == QUEUE_ON_WIRE)
        queue_leave_wire(queue, entry);
    else if (entry->place == QUEUE_IN_LANE)
        remove_waiting(&entry->in_lane->waiting, entry);
    else if (entry->place == QUEUE_IN_BUCKET)
        remove_waiting(&entry->in_bucket->waiting, entry);
    entry->place = QUEUE_NOWHERE;
    if (entry->in_lane && entry->in_lane->holder == entry)
        pass_lane_on(entry->in_lane);
}

void queue_slow_down(QueueEntry *entry, Nanoseconds until)
{
    entry->in_bucket->tokens = 0;
    if (until > entry->in_bucket->closed_until && entry->in_bucket->rate > 0)
        entry->in_bucket->closed_until = until;
}
