#include "wire/names.h"

#include <stdlib.h>
#include <string.h>

#include "wire/distance.h"
#include "wire/value.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define MV_COLUMN 0x2000u /* [MS-OXCDATA] 2.11.1.3: one value for each row */

/*
** Types ([MS-OXCDATA] 2.11.1)
*/
#define TYPES(X)                                                        \
  X(Binary, SAT_T_BINARY) X(Boolean, SAT_T_BOOLEAN)                     \
  X(Currency, SAT_T_CURRENCY) X(ErrorCode, SAT_T_ERROR)                 \
  X(Floating32, SAT_T_FLOATING32) X(Floating64, SAT_T_FLOATING64)       \
  X(FloatingTime, SAT_T_FLOATING_TIME) X(Guid, SAT_T_GUID)              \
  X(Integer16, SAT_T_INTEGER16) X(Integer32, SAT_T_INTEGER32)           \
  X(Integer64, SAT_T_INTEGER64)                                         \
  X(MultipleBinary, SAT_MV | SAT_T_BINARY)                              \
  X(MultipleCurrency, SAT_MV | SAT_T_CURRENCY)                          \
  X(MultipleFloating32, SAT_MV | SAT_T_FLOATING32)                      \
  X(MultipleFloating64, SAT_MV | SAT_T_FLOATING64)                      \
  X(MultipleFloatingTime, SAT_MV | SAT_T_FLOATING_TIME)                 \
  X(MultipleGuid, SAT_MV | SAT_T_GUID)                                  \
  X(MultipleInteger16, SAT_MV | SAT_T_INTEGER16)                        \
  X(MultipleInteger32, SAT_MV | SAT_T_INTEGER32)                        \
  X(MultipleInteger64, SAT_MV | SAT_T_INTEGER64)                        \
  X(MultipleString, SAT_MV | SAT_T_STRING)                              \
  X(MultipleString8, SAT_MV | SAT_T_STRING8)                            \
  X(MultipleTime, SAT_MV | SAT_T_TIME) X(Null, SAT_T_NULL)              \
  X(Object, SAT_T_OBJECT) X(Restriction, SAT_T_RESTRICTION)             \
  X(RuleAction, SAT_T_RULE_ACTION) X(ServerId, SAT_T_SERVER_ID)         \
  X(String, SAT_T_STRING) X(String8, SAT_T_STRING8)                     \
  X(Time, SAT_T_TIME) X(Unspecified, SAT_T_UNSPECIFIED)

enum {
#define X(name, value) T_##name = (value),
  TYPES(X)
#undef X
};

static const struct {
  const char *name;
  uint16_t type;
} types[] = {
#define X(name, value) {#name, (value)},
    TYPES(X)
#undef X
};

static const struct tag {
  const char *name;
  uint32_t tag;
  bool also;
} tags[] = {
#define TAG(name, id, type) {#name, (uint32_t)(id) << 16 | T_##type, false},
#define ALSO(name, id, type) {#name, (uint32_t)(id) << 16 | T_##type, true},
#include "wire/proptags.def"
#undef TAG
#undef ALSO
};

static const struct sat_named named[] = {
#define LID(name, set, lid, type) {#name, #set, NULL, (lid), T_##type},
#define NAMED(name, set, text, type) {#name, #set, (text), 0, T_##type},
#include "wire/propnames.def"
#undef LID
#undef NAMED
};

static const struct {
  const char *name, *guid;
} sets[] = {
#define SET(name, guid) {#name, (guid)},
#include "wire/propsets.def"
#undef SET
};

static const struct {
  uint32_t code;
  enum sat_error_kind kind;
  const char *name;
} codes[] = {
#define SAT_E_OK SAT_OK
#define CODE(value, name, kind) {(value), SAT_E_##kind, #name},
#include "wire/codes.def"
#undef CODE
};

/* Each element of the tables that are searched by name begins with it. */
static int by_name(const void *key, const void *element) {
  return strcmp(key, *(const char *const *)element);
}

uint32_t sat_tag_by_name(const char *name) {
  const struct tag *p =
      bsearch(name, tags, COUNT(tags), sizeof *tags, by_name);
  return p != NULL ? p->tag : 0;
}

static const char *name_of(uint32_t tag) {
  for (size_t i = 0; i < COUNT(tags); i++)
    if (tags[i].tag == tag && !tags[i].also) return tags[i].name;
  return NULL;
}

static const char *name_of_id(uint32_t id) {
  for (size_t i = 0; i < COUNT(tags); i++)
    if (tags[i].tag >> 16 == id && !tags[i].also) return tags[i].name;
  return NULL;
}

const char *sat_tag_name(uint32_t tag) {
  uint32_t id = tag >> 16, type = tag & 0xffff;
  const char *name = name_of(tag);
  if (name != NULL) return name;
  if (type == SAT_T_UNSPECIFIED || type == SAT_T_ERROR) return name_of_id(id);
  if ((type & MV_COLUMN) && (type & SAT_MV))
    return sat_tag_name(tag & ~(uint32_t)MV_COLUMN);
  switch (type & ~(uint32_t)SAT_MV) {
    case SAT_T_STRING8:
    case SAT_T_STRING: /* the two differ in one bit */
      return name_of(tag ^ (SAT_T_STRING8 ^ SAT_T_STRING));
    default:
      return NULL;
  }
}

const struct sat_named *sat_named_by_name(const char *name) {
  return bsearch(name, named, COUNT(named), sizeof *named, by_name);
}

static const struct sat_named *find_named(const struct sat_guid *set,
                                          uint32_t lid, const char *text) {
  const char *set_name = sat_set_name(set);
  for (size_t i = 0; set_name != NULL && i < COUNT(named); i++) {
    const struct sat_named *p = &named[i];
    if (strcmp(p->set, set_name) != 0) continue;
    if (text == NULL ? p->text == NULL && p->lid == lid
                     : p->text != NULL && strcmp(p->text, text) == 0)
      return p;
  }
  return NULL;
}

const struct sat_named *sat_named_by_lid(const struct sat_guid *set,
                                         uint32_t lid) {
  return find_named(set, lid, NULL);
}

const struct sat_named *sat_named_by_text(const struct sat_guid *set,
                                          const char *text) {
  return find_named(set, 0, text);
}

bool sat_set_by_name(const char *name, struct sat_guid *g_r) {
  for (size_t i = 0; i < COUNT(sets); i++)
    if (strcmp(sets[i].name, name) == 0)
      return sat_guid_parse(sets[i].guid, strlen(sets[i].guid), g_r);
  return false;
}

const char *sat_set_name(const struct sat_guid *g) {
  char text[SAT_GUID_TEXT];
  sat_guid_format(g, text);
  for (size_t i = 0; i < COUNT(sets); i++)
    if (strcmp(sets[i].guid, text) == 0) return sets[i].name;
  return NULL;
}

int sat_type_by_name(const char *name) {
  if (strncmp(name, "Ptyp", 4) == 0) name += 4;
  for (size_t i = 0; i < COUNT(types); i++)
    if (strcmp(types[i].name, name) == 0) return types[i].type;
  return -1;
}

/* the first element with this code, or the number of elements */
static size_t find_code(uint32_t code) {
  size_t low = 0, high = COUNT(codes);
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (codes[middle].code < code) low = middle + 1;
    else high = middle;
  }
  return low < COUNT(codes) && codes[low].code == code ? low : COUNT(codes);
}

const char *sat_code_name(uint32_t code) {
  size_t i = find_code(code);
  return i < COUNT(codes) ? codes[i].name : NULL;
}

enum sat_error_kind sat_code_kind(uint32_t code) {
  size_t i = find_code(code);
  return i < COUNT(codes) ? codes[i].kind : SAT_E_SERVER;
}

bool sat_code_by_name(const char *name, uint32_t *code_r) {
  if (strncmp(name, "ec", 2) == 0) name += 2;
  for (size_t i = COUNT(codes); i-- > 0;) {
    /* from the end: of two of one name the HRESULT is meant */
    if (strcmp(codes[i].name, name) != 0) continue;
    *code_r = codes[i].code;
    return true;
  }
  return false;
}

/*
** The nearest name
*/
struct nearest {
  const char *name;
  size_t distance;
};

static const char *bare(const char *name) {
  static const char *const prefixes[] = {"PidTag", "PidLid", "PidName"};
  for (size_t i = 0; i < COUNT(prefixes); i++) {
    size_t n = strlen(prefixes[i]);
    if (strlen(name) > n && sat_distance(name, n, prefixes[i], n, 0) == 0)
      return name + n;
  }
  return name;
}

static void compare(struct nearest *n, const char *wanted, const char *name) {
  const char *other = bare(name);
  size_t d = n->distance > 0
                 ? sat_distance(wanted, strlen(wanted), other, strlen(other),
                                n->distance - 1)
                 : SIZE_MAX;
  if (d >= n->distance) return;
  n->distance = d;
  n->name = name;
}

const char *sat_property_nearest(const char *name) {
  const char *wanted = bare(name);
  struct nearest n = {NULL, strlen(wanted) / 3 + 2};
  for (size_t i = 0; i < COUNT(tags); i++) compare(&n, wanted, tags[i].name);
  for (size_t i = 0; i < COUNT(named); i++)
    compare(&n, wanted, named[i].name);
  return n.name;
}
