-- What responses mean (RFC 9051 7, RFC 3501 7 and extensions).
local imap = require("satchel.core").imap
local recordings = require "support.imap_recording"
local valid = require "support.imap_responses"

local function parse(line, options)
  local response, err = imap.parse(line .. "\r\n", options)
  return assert(response, err and err.message)
end

for name, cases in pairs(valid) do
  describe("the grammar of " .. name, function()
    for _, case in ipairs(cases) do
      it(("reads %q"):format(case[1]), function()
        assert.same(case[2], parse(case[1]))
      end)

      it(("prints %q, and reads what it prints"):format(case[1]), function()
        local printed = assert(imap.print(case[1] .. "\r\n"))
        assert.same(case[2], assert(imap.parse(printed)))
        assert.equal(printed, imap.print(printed))
      end)
    end
  end)
end

-- What is left may be a response of its own where it is text, a number or a list
-- without end; where a bracket is open it never is.
local open_ended <const> = { ok = true, no = true, bad = true, bye = true, preauth = true,
  continuation = true, capability = true, enabled = true, search = true, sort = true,
  esearch = true,
  thread = true, vanished = true, quotaroot = true, acl = true, myrights = true,
  listrights = true, genurlauth = true, urlfetch = true, other = true, list = true, lsub = true,
  metadata = true, exists = true, recent = true, expunge = true }

describe("the beginning of a response", function()
  it("without its line end is none", function()
    for _, cases in pairs(valid) do
      for _, case in ipairs(cases) do
        for n = 0, #case[1] do
          local beginning = case[1]:sub(1, n)
          if beginning:sub(-2) ~= "\r\n" then
            local response, err = imap.parse(beginning)
            assert.is_nil(response, beginning)
            assert.equal("protocol", err.kind)
          end
        end
      end
    end
  end)

  it("with a line end is refused where brackets are open", function()
    local refused = 0
    for _, cases in pairs(valid) do
      for _, case in ipairs(cases) do
        for n = 1, #case[1] - 1 do
          local cut = case[1]:sub(1, n) .. "\r\n"
          local response, err = imap.parse(cut)
          if not open_ended[case[2].type] and cut:find "%(" then
            assert.is_nil(response, cut)
          end
          if not response then
            refused = refused + 1
            assert.equal("protocol", err.kind)
            assert.matches("@ 0x%x+: ", err.message)
          end
        end
      end
    end
    assert.is_true(refused > 1000)
  end)
end)

describe("what is no response", function()
  for _, case in ipairs {
    { "", "@ 0x0: expected a tag" },
    { "*", "@ 0x1: expected a space" },
    { "* ", "@ 0x2: expected a name" },
    { "a1", "@ 0x2: expected a space" },
    { "a1 ", "expected a name" },
    { "a1 FETCH", "expected OK, NO or BAD" },
    { "a1 BYE x", "expected OK, NO or BAD" },
    { "a1 OKAY x", "expected OK, NO or BAD" },
    { "a+1 OK x", "@ 0x1: expected a space" },
    { " OK x", "expected a tag" },
    { "220 mail.example.test ESMTP", "expected OK, NO or BAD" },
    { "* OK a\0b", "@ 0x6: 0x00 within text" },
    { "* OK a\nb", "@ 0x6: 0x0a within text" },
    { "* OK a\rb", "@ 0x6: 0x0d within text" },
    { "* OK [ALERT", "ok.code @ 0xb: expected \"%]\"" },
    { "* OK [] x", "code @ 0x6: expected an atom" },
    { "* OK [UIDNEXT] x", "code @ 0xd: expected a space" },
    { "* OK [UIDNEXT x] x", "expected a number" },
    { "* OK [UIDNEXT 1 2] x", "expected \"%]\"" },
    { "* OK [UIDNEXT 9223372036854775808] x", "the number is too large" },
    { "* OK [COPYUID 1 2 ] x", "expected a number" },
    { "* OK [COPYUID 1 2,,3 4] x", "expected a number" },
    { "* OK [APPENDUID 1 0] x", "0 is no number" },
    { "* OK [APPENDUID 1 1:2:3] x", "the set is broken" },
    { "* OK [ALERT]x", "expected a space" },
    { "* 4294967296 EXISTS", "the number is too large" },
    { "* 1 EXISTS 2", "expected the end of the response" },
    { "* 1", "expected a space" },
    { "* 0 FETCH (UID 1)", "fetch%[0%] @ 0x%x+: 0 is no number of a message" },
    { "* 3 FETCH UID 1", "fetch%[3%] @ 0xa: expected \"%(\"" },
    { "* 1 FETCH (UID 0)", "0 is no number" },
    { "* 1 FETCH (UID 1", "expected a space" },
    { "* 1 FETCH (UID 1))", "expected the end" },
    { "* 1 FETCH (UID 1  )", "expected a name" },
    { "* 1 FETCH (FLAGS \\Seen)", "expected \"%(\"" },
    { "* 1 FETCH (FLAGS (\\))", "expected a flag" },
    { "* 1 FETCH (FLAGS (\\Seen\\Draft))", "expected a space" },
    { "* 1 FETCH (RFC822.SIZE -1)", "expected a number" },
    { "* 1 FETCH (INTERNALDATE NIL)", "expected" },
    { '* 1 FETCH (INTERNALDATE "30-Feb-2024 00:00:00 +0000")', "there is no such day" },
    { '* 1 FETCH (INTERNALDATE "29-Feb-2023 00:00:00 +0000")', "there is no such day" },
    { '* 1 FETCH (INTERNALDATE "01-Foo-2024 00:00:00 +0000")', "expected a month" },
    { '* 1 FETCH (INTERNALDATE "01-Jan-2024 24:00:00 +0000")', "there is no such time" },
    { '* 1 FETCH (INTERNALDATE "01-Jan-2024 00:00:00 0000")', "expected \"%+\"" },
    { '* 1 FETCH (INTERNALDATE "01-Jan-0000 00:00:00 +2300")', "there is no such year" },
    { "* 1 FETCH (BODY[1.] NIL)", "expected a section" },
    { "* 1 FETCH (BODY[MIME] NIL)", "expected a section" },
    { "* 1 FETCH (BODY[0] NIL)", "0 is no number" },
    { "* 1 FETCH (BODY[HEADER.FIELDS] NIL)", "expected a space" },
    { "* 1 FETCH (BODY[HEADER.FIELDS (\"a\\\"b\")] NIL)", "no field has such a name" },
    { "* 1 FETCH (BINARY[TEXT] NIL)", "expected" },
    { "* 1 FETCH (BODY[]<x> NIL)", "expected a number" },
    { "* 1 FETCH (BODY[] {5}\r\nabc)", "the literal is truncated" },
    { "* 1 FETCH (BODY[] {-1}\r\n)", "expected a number" },
    { "* 1 FETCH (BODY[] {1+}\r\na)", "expected \"}\"" },
    { "* 1 FETCH (BODY[] {9223372036854775807}\r\n)", "the literal is truncated" },
    { "* 1 FETCH (BODY[] ~\"a\")", "expected \"{\"" },
    { "* 1 FETCH (BODY[] \"a\nb\")", "0x0a within quotes" },
    { "* 1 FETCH (BODY[] \"a\0b\")", "0x00 within quotes" },
    { "* 1 FETCH (BODY[] \"ab", "expected '\"'" },
    { "* 1 FETCH (BODY[] atom)", "expected a string" },
    { '* 1 FETCH (ENVELOPE ("d" "s" ((NIL NIL NIL)) NIL NIL NIL NIL NIL NIL NIL))',
      "fetch%[1%].envelope.from @ 0x%x+: expected a space" },
    { '* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL))', "envelope @" },
    { '* 1 FETCH (BODYSTRUCTURE (("A" "B" NIL NIL NIL "7BIT" 1)("TEXT" "X" NIL) "M"))',
      "fetch%[1%].bodystructure.part%[2%] @ 0x%x+: expected a space" },
    { '* 1 FETCH (BODYSTRUCTURE ("A" "B" ("x") NIL NIL "7BIT" 1))', "bodystructure @" },
    { "* 1 FETCH (EMAILID M1)", "expected \"%(\"" },
    { "* LIST (\\a) / b", "expected a string" },
    { '* LIST (\\a) "//" b', "a delimiter of 2 bytes" },
    { '* LIST (\\a) "/"', "expected a space" },
    { '* LIST () "/" a b', "expected \"%(\"" },
    { '* LIST () "/" a ("X" b', "expected" },
    { "* STATUS a", "expected a space" },
    { "* STATUS a (MESSAGES)", "expected a space" },
    { "* STATUS a (MESSAGES x)", "expected a number" },
    { "* SEARCH 1 x", "expected a number" },
    { "* SEARCH 1  2", "expected a number" },
    { "* SEARCH 0", "0 is no number" },
    { "* SEARCH 1 (MODSEQ 1) 2", "expected the end" },
    { "* ESEARCH (TAG \"a\"", "expected" },
    { "* ESEARCH ALL", "expected a space" },
    { "* ESEARCH PARTIAL (1:2)", "expected a space" },
    { "* THREAD (1", "expected" },
    { "* THREAD ()", "expected a number" },
    { "* THREAD (1 )", "expected a number" },
    { "* THREAD (1)2", "expected" },
    { "* VANISHED", "expected a space" },
    { "* VANISHED 1:*", "expected a number" },
    { "* ESEARCH ALL *", "expected a number" },
    { "* VANISHED (LATER) 1", "expected \"EARLIER\"" },
    { "* NAMESPACE NIL NIL", "namespace.personal.*expected|expected a space" },
    { "* NAMESPACE () NIL NIL", "expected" },
    { "* ID (\"a\")", "expected a space" },
    { "* QUOTA a (STORAGE 1)", "expected a space" },
    { "* LISTRIGHTS a b", "expected an identifier and rights" },
    { "* METADATA a", "expected an entry" },
    { "* X(", "expected a space" },
    { "* 1 FETCH (X (a)", "expected a space" },
    { "* 1 FETCH (X ))", "expected a value" },
    { "* CAPABILITY (a)", "expected an atom" },
  } do
    it(("is refused: %q"):format(case[1]), function()
      local response, err = imap.parse(case[1] .. "\r\n")
      assert.is_nil(response)
      assert.equal("protocol", err.kind)
      local pattern = case[2]:match "|(.*)$" or case[2]
      pattern = pattern:gsub("^expected '\"'$", "expected \"\"\"")
      assert.matches(pattern, err.message)
    end)
  end
end)

describe("the depth of a response", function()
  local function body(n)
    return "* 1 FETCH (BODY " .. ("("):rep(n) .. '"A" "B" NIL NIL NIL "7BIT" 1'
      .. (') "MIXED"'):rep(n - 1) .. "))"
  end

  local function message(n)
    return "* 1 FETCH (BODY " .. ('("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 1 '
      .. "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) "):rep(n - 1)
      .. '("A" "B" NIL NIL NIL "7BIT" 1' .. (") 1"):rep(n - 1) .. "))"
  end

  local function thread(n) return "* THREAD " .. ("(1 "):rep(n - 1) .. "(1" .. (")"):rep(n) end

  local function other(n) return "* 1 FETCH (X " .. ("("):rep(n) .. (")"):rep(n) .. ")" end

  for name, case in pairs { body = { body, 100 }, messages = { message, 100 },
    threads = { thread, 1000 }, ["values of extensions"] = { other, 100 } } do
    it("is bounded in " .. name, function()
      parse(case[1](case[2]))
      local response, err = imap.parse(case[1](case[2] + 1) .. "\r\n")
      assert.is_nil(response)
      assert.matches("nested too deeply", err.message)
      response, err = imap.parse(case[1](1000000) .. "\r\n")
      assert.is_nil(response)
      assert.matches("nested too deeply", err.message)
    end)
  end

  it("is what an option says", function()
    parse(body(3), { depth = 3 })
    assert.is_nil((imap.parse(body(4) .. "\r\n", { depth = 3 })))
  end)
end)

describe("names", function()
  it("are UTF-8 where that was agreed", function()
    assert.equal("Entwürfe", parse('* LIST () "/" "Entwürfe"', { utf8 = true }).name)
    assert.equal("&AOQ-", parse('* LIST () "/" &AOQ-', { utf8 = true }).name)
    assert.equal("ä", parse('* LIST () "/" &AOQ-').name)
  end)
end)

it("takes a time that grows with the length alone", function()
  local function seconds(line)
    local before = os.clock()
    assert(imap.parse(line .. "\r\n"))
    return os.clock() - before
  end
  for _, part in ipairs { { "* 1 FETCH (", "X 1 ", "X 1)" },
    { "* 1 FETCH (", "BODY[1] NIL ", "UID 1)" }, { "* 1 FETCH (", "BINARY.SIZE[1] 1 ", "UID 1)" },
    { "* 1 FETCH (FLAGS (", "a ", "b))" }, { "* STATUS a (", "X 1 ", "X 1)" },
    { "* ESEARCH", " X 1", "" }, { "* SEARCH", " 1", "" }, { "* THREAD ", "(1)", "" },
    { "* QUOTA a (", "b 1 2 ", "b 1 2)" }, { "* ID (", '"a" "b" ', '"a" "b")' },
    { "* 1 FETCH (BODY (", '("A" "B" NIL NIL NIL "7BIT" 1)', ' "MIXED"))' },
    { "* 1 FETCH (ENVELOPE (NIL NIL (", "(NIL NIL NIL NIL)",
      ") NIL NIL NIL NIL NIL NIL NIL))" } } do
    assert.is_true(seconds(part[1] .. part[2]:rep(100000) .. part[3]) < 2, part[2])
  end
end)

it("costs one copy of a literal", function()
  local line = "* 1 FETCH (BODY[] {1048576}\r\n" .. ("x"):rep(1048576) .. ")\r\n"
  collectgarbage()
  collectgarbage "stop"
  local before = collectgarbage "count"
  local response = imap.parse(line)
  local grown = collectgarbage "count" - before
  collectgarbage "restart"
  assert.equal(1048576, #response.sections["BODY[]"])
  assert.is_true(grown >= 1024 and grown < 1040, grown)
end)

describe("recorded dialogues", function()
  for _, name in ipairs(recordings.names()) do
    it("are understood: " .. name, function()
      for _, line in ipairs(imap.split(recordings.server_bytes(name))) do
        local response, err = imap.parse(line)
        assert(response, err and err.message .. ": " .. line)
        assert.not_equal("other", response.type, line)
        local printed = assert(imap.print(line))
        assert.same(response, imap.parse(printed))
        assert.equal(printed, imap.print(printed))
      end
    end)
  end
end)
