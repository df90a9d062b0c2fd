-- Answers and listings of POP3: RFC 1939, 2449, 5034.

local pop3 = require "satchel.core".pop3

describe("an answer", function()
  local stamp = "<1896.697170952@dbc.mtview.ca.us>"

  for _, case in ipairs {
    { "+OK\r\n", "ok", "" }, { "+OK 2 320\r\n", "ok", "2 320" },
    { "+OK POP3 server ready " .. stamp .. "\r\n", "ok", "POP3 server ready " .. stamp },
    { "-ERR\r\n", "err", "" }, { "-ERR no such message\r\n", "err", "no such message" },
    { "-ERR [IN-USE] Do you have another POP session running?\r\n", "err",
      "Do you have another POP session running?", "IN-USE" },
    { "-ERR [SYS/TEMP] later\r\n", "err", "later", "SYS/TEMP" },
    { "-ERR [AUTH]\r\n", "err", "", "AUTH" },
    { "-ERR [] x\r\n", "err", "[] x" }, { "-ERR [a b] x\r\n", "err", "[a b] x" },
    { "-ERR [open\r\n", "err", "[open" },
    { "+OK [x] y\r\n", "ok", "[x] y" },
    { "+ \r\n", "challenge", "" }, { "+\r\n", "challenge", "" },
    { "+ dGVzdAB0ZXN0\r\n", "challenge", "dGVzdAB0ZXN0" },
  } do
    local bytes, status, text, code = table.unpack(case, 1, 4)
    it(("is read: %q"):format(bytes), function()
      local answer, length = pop3.answer(bytes .. "+OK\r\n")
      assert.equal(#bytes, length)
      assert.same({ status = status, text = text, code = code }, answer)
      for n = 0, #bytes - 1 do assert.is_false((pop3.answer(bytes:sub(1, n)))) end
    end)
  end

  for _, case in ipairs {
    { "OK\r\n", "neither" }, { "+OKAY\r\n", "neither" }, { "\r\n", "neither" },
    { "-ERROR x\r\n", "neither" }, { "* OK\r\n", "neither" }, { "+x\r\n", "neither" },
    { "+OK\n", "without CR" }, { "+OK a\rb\r\n", "NUL or CR" }, { "+OK \0\r\n", "NUL or CR" },
    { "+OK " .. ("x"):rep(16384) .. "\r\n", "more than 16384 bytes" },
    { ("x"):rep(16385), "more than 16384 bytes" },
  } do
    it(("is refused: %q"):format(case[1]:sub(1, 40)), function()
      local answer, err = pop3.answer(case[1])
      assert.is_nil(answer)
      assert.matches(case[2], err.message)
    end)
  end

  it("has a timestamp or not", function()
    assert.equal(stamp, pop3.timestamp("POP3 server ready " .. stamp))
    assert.equal("<a@b>", pop3.timestamp "x <y> <a@b> z")
    assert.is_nil(pop3.timestamp "ready")
    assert.is_nil(pop3.timestamp "ready <a@b")
    assert.is_nil(pop3.timestamp "a@b>")
  end)
end)

describe("a listing", function()
  it("of sizes", function()
    assert.same({ 120, 200 }, pop3.sizes "1 120\r\n2 200\r\n")
    assert.same({ [3] = 7 }, pop3.sizes "3 7 more of the server's\r\n")
    assert.same({}, pop3.sizes "")
  end)

  it("of unique ids", function()
    assert.same({ "whqtswO00WBw418f9t5JxYwZ", "QhdPYR:00WBw1Ph7x7" },
      pop3.uids "1 whqtswO00WBw418f9t5JxYwZ\r\n2 QhdPYR:00WBw1Ph7x7\r\n")
    assert.same({ ("x"):rep(200) }, pop3.uids("1 " .. ("x"):rep(200) .. "\r\n"))
  end)

  for _, bad in ipairs { "1\r\n", "x 1\r\n", "-1 2\r\n", "1 x\r\n", "\r\n",
    "99999999999999999999 1\r\n", "1 1\r\n\r\n" } do
    it(("of sizes is refused: %q"):format(bad), function()
      local list, err = pop3.sizes(bad)
      assert.is_nil(list)
      assert.equal("protocol", err.kind)
    end)
  end

  for _, bad in ipairs { "1\r\n", "1 \r\n", "x y\r\n", "1 a b\r\n", "1 a\tb\r\n", "1 \xff\r\n",
    "1 " .. ("x"):rep(256) .. "\r\n", "1 a\0b\r\n" } do
    it(("of unique ids is refused: %q"):format(bad:sub(1, 40)), function()
      local list, err = pop3.uids(bad)
      assert.is_nil(list)
      assert.equal("protocol", err.kind)
    end)
  end

  it("STAT has two numbers", function()
    assert.same({ 2, 320 }, { pop3.numbers "2 320" })
    assert.is_nil((pop3.numbers "2"))
    assert.is_nil((pop3.numbers "2x 3"))
  end)
end)
