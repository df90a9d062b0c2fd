#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 4096
#define ALIGNMENT _Alignof(max_align_t)

struct sat_arena_block {
  struct sat_arena_block *next;
  size_t used, size;
  _Alignas(max_align_t) char mem[];
};

static struct sat_arena_block *grow(struct sat_arena *a, size_t size) {
  size_t n = size > BLOCK_SIZE ? size : BLOCK_SIZE;
  struct sat_arena_block *b = calloc(1, sizeof *b + n);
  if (b == NULL) return NULL;
  b->size = n;
  b->next = a->head;
  a->head = b;
  return b;
}

void *sat_arena_alloc(struct sat_arena *a, size_t size) {
  size_t limit = a->limit ? a->limit : SAT_ARENA_LIMIT;
  struct sat_arena_block *b = a->head;
  void *p;
  if (a->failed || size > limit - a->used) {
    a->failed = true;
    return NULL;
  }
  size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  if (b == NULL || b->size - b->used < size) b = grow(a, size);
  if (b == NULL) {
    a->failed = true;
    return NULL;
  }
  p = b->mem + b->used;
  b->used += size;
  a->used = size > limit - a->used ? limit : a->used + size;
  return p;
}

void *sat_arena_array(struct sat_arena *a, size_t n, size_t size) {
  if (size != 0 && n > SIZE_MAX / size) a->failed = true;
  return sat_arena_alloc(a, a->failed ? 0 : n * size);
}

char *sat_arena_copy(struct sat_arena *a, const void *p, size_t n) {
  char *copy = n < SIZE_MAX ? sat_arena_alloc(a, n + 1) : NULL;
  if (copy != NULL && n > 0) memcpy(copy, p, n);
  return copy;
}

void sat_arena_reset(struct sat_arena *a) {
  while (a->head != NULL) {
    struct sat_arena_block *b = a->head;
    a->head = b->next;
    free(b);
  }
  a->used = 0;
  a->failed = false;
}

void sat_arena_clear(struct sat_arena *a) {
  struct sat_arena_block *kept = a->head;
  if (kept == NULL || kept->size != BLOCK_SIZE) {
    sat_arena_reset(a);
    return;
  }
  a->head = kept->next;
  sat_arena_reset(a);
  memset(kept->mem, 0, kept->used);
  kept->used = 0;
  kept->next = NULL;
  a->head = kept;
}
