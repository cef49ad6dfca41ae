/*
 * call_log.h: what goes to AWS and comes back, in the log: an attempt and its end a line each, and
 * the headers for who asks for everything. Bodies are never logged: they hold what people keep in
 * their services, and the keys that STS hands out.
 */
#pragma once

#include "flight.h"

void call_log_attempt(const Flight *flight);
void call_log_end(const Flight *flight, HttpEnd end, const ErrorAnswer *error);
void call_log_retry(const Flight *flight, Nanoseconds wait);
