/*
 * The limit: the least work that a simulated short HTTP request costs. Ten packets, each of which is two events (at
 * the director, at the far host), is looked up and refreshed in two hash tables, and makes a step of a state and a
 * timer that stands in a FIFO for each timeout. No network, no window, no statistics, no measurement.
 *
 * limit REQUESTS CONCURRENCY SERVICE_US prints requests per second of processor time.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Left to itself, gcc makes calls of the two that a packet takes twice, which costs a tenth of the time. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

enum { BUCKET_BITS = 17, ROWS = 1 << 20, TIMERS = 1 << 22, PACKETS = 10, PORTS = 28232 };

static const uint64_t WIRE_NS = 50000, THINK_NS = 1000, TIMEOUT_NS = 120000000000ull;
static const uint8_t NEXT_STATE[PACKETS] = {1, 2, 3, 3, 3, 4, 5, 5, 5, 5};

/* The queue: a heap of four children, the earliest first and of those the one that was pushed first. */

typedef struct {
  uint64_t at;
  uint32_t sequence;
  uint32_t what;
} Event;

static Event *heap;
static uint32_t pending, sequence;

static inline int precedes(Event a, Event b) { return a.at < b.at || (a.at == b.at && a.sequence < b.sequence); }

static void push(uint64_t at, uint32_t what) {
  Event event = {at, sequence++, what};
  uint32_t i = pending++;
  while (i) {
    uint32_t parent = (i - 1) >> 2;
    if (!precedes(event, heap[parent])) break;
    heap[i] = heap[parent];
    i = parent;
  }
  heap[i] = event;
}

static Event poll(void) {
  Event first = heap[0], last = heap[--pending];
  uint32_t i = 0;
  for (;;) {
    uint32_t child = i * 4 + 1, least = child;
    if (child >= pending) break;
    uint32_t end = child + 4 < pending ? child + 4 : pending;
    for (uint32_t k = child + 1; k < end; k++)
      if (precedes(heap[k], heap[least])) least = k;
    if (!precedes(heap[least], last)) break;
    heap[i] = heap[least];
    i = least;
  }
  heap[i] = last;
  return first;
}

/* A table of connections: chained rows, and a FIFO of timers for each timeout. */

typedef struct {
  uint64_t key, expires;
  uint32_t next, generation;
  uint8_t state;
} Row;

typedef struct {
  uint32_t row, generation;
  uint64_t at;
} Timer;

typedef struct {
  Row *rows;
  uint32_t *buckets, count;
  Timer *fifo[4];
  uint32_t head[4], tail[4];
} Table;

static void init(Table *table) {
  table->rows = calloc(ROWS, sizeof(Row));
  table->buckets = malloc(sizeof(uint32_t) << BUCKET_BITS);
  memset(table->buckets, 255, sizeof(uint32_t) << BUCKET_BITS);
  for (int i = 0; i < 4; i++) table->fifo[i] = malloc(sizeof(Timer) * TIMERS);
}

ALWAYS_INLINE Row *find(Table *table, uint64_t key) {
  uint32_t *bucket = &table->buckets[(key * 0x9E3779B97F4A7C15ull) >> (64 - BUCKET_BITS)];
  for (uint32_t i = *bucket; i != ~0u; i = table->rows[i].next)
    if (table->rows[i].key == key) return &table->rows[i];
  Row *row = &table->rows[table->count];
  row->key = key;
  row->next = *bucket;
  *bucket = table->count++;
  return row;
}

ALWAYS_INLINE void refresh(Table *table, Row *row, int timeout, uint64_t expires) {
  row->expires = expires;
  row->generation++;
  uint32_t at = table->tail[timeout]++ & (TIMERS - 1);
  table->fifo[timeout][at] = (Timer){row - table->rows, row->generation, expires};
  while (table->head[timeout] != table->tail[timeout]) {
    Timer *oldest = &table->fifo[timeout][table->head[timeout] & (TIMERS - 1)];
    if (table->rows[oldest->row].generation == oldest->generation) break;
    table->head[timeout]++;
  }
}

static double processor_s(void) {
  struct timespec spent;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return spent.tv_sec + spent.tv_nsec * 1e-9;
}

int main(int arguments, char **argument) {
  if (arguments != 4) return 2;
  uint32_t requests = atoi(argument[1]), concurrency = atoi(argument[2]), done = 0, port = 0;
  uint64_t service_ns = atoi(argument[3]) * 1000ull;
  Table conntracks = {0}, entries = {0};
  init(&conntracks);
  init(&entries);
  heap = malloc(sizeof(Event) << 20);
  uint32_t *ports = calloc(concurrency, sizeof(uint32_t));
  for (uint32_t worker = 0; worker < concurrency; worker++) {
    ports[worker] = port;
    port = (port + 2) % PORTS;
    push(0, worker << 8);
  }
  double start_s = processor_s();
  while (done < requests) {
    Event event = poll();
    uint64_t now = event.at;
    uint32_t worker = event.what >> 8, packet = (event.what & 255) >> 1, isAtHost = event.what & 1;
    if (!isAtHost) {
      uint64_t key = 0x0A00010200000000ull | (ports[worker] << 16) | 80;
      Row *conntrack = find(&conntracks, key), *entry = find(&entries, key ^ 0x55);
      conntrack->state = entry->state = NEXT_STATE[packet];
      refresh(&conntracks, conntrack, packet & 3, now + TIMEOUT_NS);
      refresh(&entries, entry, packet & 3, now + TIMEOUT_NS);
      push(now + WIRE_NS, event.what | 1);
    } else if (packet < PACKETS - 1) {
      push(now + (packet == 4 ? service_ns : WIRE_NS), worker << 8 | (packet + 1) << 1);
    } else {
      done++;
      ports[worker] = port;
      port = (port + 2) % PORTS;
      push(now + THINK_NS, worker << 8);
    }
  }
  printf("%.0f\n", requests / (processor_s() - start_s));
  return 0;
}
