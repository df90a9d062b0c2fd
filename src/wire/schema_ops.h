/* The vocabulary as operations on a struct T; see schema.h.  No guard:
** included before each .def file that is to become layouts. */
#define SAT_OP(code, flags, kind, name, arg) \
  {code, flags, 0, SAT_K_##kind, offsetof(T, name), arg, 0, #name},
#define SAT_IF(test, name, arg, mask) \
  {SAT_OP_IF, 0, test, 0, offsetof(T, name), arg, mask, #name},
#define SAT_CLOSE {SAT_OP_CLOSE, 0, 0, 0, 0, 0, 0, NULL},

#define F(kind, name) SAT_OP(SAT_OP_FIELD, 0, kind, name, 0)
#define RESERVED(kind, name) SAT_OP(SAT_OP_FIELD, SAT_OP_HIDDEN, kind, name, 0)
#define SECRET(kind, name) SAT_OP(SAT_OP_FIELD, SAT_OP_SECRET, kind, name, 0)
#define AGAIN(kind, name) F(kind, name)
#define COUNT(kind, name) SAT_OP(SAT_OP_FIELD, SAT_OP_COUNT, kind, name, 0)
#define LIST(kind, name, count) \
  SAT_OP(SAT_OP_LIST, 0, kind, name, offsetof(T, count))
#define COLUMNS(name, count) \
  SAT_OP(SAT_OP_LIST, SAT_OP_COLUMNS, tag, name, offsetof(T, count))
#define ARRAY(kind, name, n) SAT_OP(SAT_OP_ARRAY, 0, kind, name, n)
#define REST(kind, name) \
  SAT_OP(SAT_OP_REST, 0, kind, name, offsetof(T, name##_n))
#define SIZED(width, ...) \
  {SAT_OP_SIZED, 0, 0, 0, 0, width, 0, NULL}, __VA_ARGS__ SAT_CLOSE
#define WHEN(name, ...) \
  SAT_IF(SAT_TEST_ANY, name, 0, 0xffffffff) __VA_ARGS__ SAT_CLOSE
#define UNLESS(name, ...) \
  SAT_IF(SAT_TEST_NONE, name, 0, 0xffffffff) __VA_ARGS__ SAT_CLOSE
#define IS(name, value, ...) \
  SAT_IF(SAT_TEST_EQ, name, value, 0xffffffff) __VA_ARGS__ SAT_CLOSE
#define ISNT(name, value, ...) \
  SAT_IF(SAT_TEST_NE, name, value, 0xffffffff) __VA_ARGS__ SAT_CLOSE
#define ZERO_OR(name, bits, value, ...) \
  SAT_IF(SAT_TEST_ZERO_OR, name, value, bits) __VA_ARGS__ SAT_CLOSE
#define BITS(name, bits, ...) \
  SAT_IF(SAT_TEST_ANY, name, 0, bits) __VA_ARGS__ SAT_CLOSE
#define NO_BITS(name, bits, ...) \
  SAT_IF(SAT_TEST_NONE, name, 0, bits) __VA_ARGS__ SAT_CLOSE
#define AMONG(name, set, ...) \
  SAT_IF(SAT_TEST_AMONG, name, set, 0) __VA_ARGS__ SAT_CLOSE
#define ON(code, ...) IS(return_value, code, __VA_ARGS__)
#define MAYBE(name, ...)                               \
  SAT_OP(SAT_OP_FIELD, SAT_OP_PRESENCE, bool8, name, 0) \
  WHEN(name, __VA_ARGS__)
#define TAIL(name, ...)                                              \
  SAT_OP(SAT_OP_FIELD, SAT_OP_PRESENCE | SAT_OP_HIDDEN, tail, name, 0) \
  WHEN(name, __VA_ARGS__)
#define ON_PUBLIC(...) \
  {SAT_OP_IF, 0, SAT_TEST_PUBLIC, 0, 0, 0, 0, NULL}, __VA_ARGS__ SAT_CLOSE
#define ON_PRIVATE(...) \
  {SAT_OP_IF, 0, SAT_TEST_PRIVATE, 0, 0, 0, 0, NULL}, __VA_ARGS__ SAT_CLOSE

/* a function that gives the operations on a struct */
#define SAT_OPS(fname, type, ...)                                            \
  static const struct sat_op *fname(void) {                                  \
    typedef type T;                                                          \
    static const struct sat_op ops[] = {                                     \
        __VA_ARGS__{SAT_OP_END, 0, 0, 0, 0, 0, 0, NULL}};                    \
    (void)sizeof(T);                                                         \
    return ops;                                                              \
  }
