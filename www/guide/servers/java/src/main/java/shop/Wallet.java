package shop;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import shop.Notification.Amount;
import shop.Notification.Transaction;

/**
 * Stands for WeChat Pay, so that the shop can be tried: makes codes, closes and refunds them, says how they stand, and notifies as
 * WeChat Pay does. Replace nativeCode, close, query and refund by your calls (../providers.md), the keys by WeChat Pay's, and leave the rest out.
 */
final class Wallet {
    static final String MERCHANT = "1900000001";
    static final String APP = "wxd678efh567hg6787";

    record Code(String id, String code, long total, String currency, String state) {
        static Code of(ResultSet row) throws SQLException {
            return new Code(row.getString("id"), row.getString("code"), row.getLong("total"), row.getString("currency"), row.getString("state"));
        }
    }

    private final Store store;
    private final URI notify;
    private final KeyPair keys;
    final byte[] apiKey = Answer.random(16).getBytes(StandardCharsets.UTF_8);

    /** Notifications go to this address. */
    Wallet(String file, String notify) throws SQLException, GeneralSecurityException {
        store = new Store(file, """
            CREATE TABLE IF NOT EXISTS codes (id TEXT PRIMARY KEY, code TEXT, total INTEGER, currency TEXT, state TEXT,
                fails TEXT NOT NULL DEFAULT '') -- calls that are to fail, for a trial
            """);
        this.notify = URI.create(notify);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        keys = generator.generateKeyPair();
    }

    PublicKey publicKey() {
        return keys.getPublic();
    }

    private List<Code> codes(String trade) throws SQLException {
        return store.all(Code::of, "SELECT * FROM codes WHERE ? IN (id, '') ORDER BY rowid", trade);
    }

    /** POST /v3/pay/transactions/native: what it answers. The same trade again: the same code. */
    String nativeCode(String trade, long total, String currency, long expires) throws SQLException {
        String code = "weixin://wxpay/bizpayurl?pr=" + Answer.random(4);
        store.run("INSERT OR IGNORE INTO codes (id, code, total, currency, state) VALUES (?, ?, ?, ?, 'NOTPAY')", trade, code, total, currency);
        return Answer.JSON.toJson(Map.of("code_url", codes(trade).get(0).code()));
    }

    private void reached(String call, String trade) throws SQLException, IOException {
        if (store.first(row -> row.getString(1), "SELECT fails FROM codes WHERE id = ?", trade).orElse("").contains(call)) {
            throw new IOException(call + " is to fail");
        }
    }

    /** POST …/out-trade-no/{id}/close: whether nobody can pay it any more. If not, it was paid, or is over: query says which. */
    boolean close(String trade) throws SQLException, IOException {
        reached("close", trade);
        store.run("UPDATE codes SET state = 'CLOSED' WHERE id = ? AND state = 'NOTPAY'", trade);
        return codes(trade).stream().allMatch(code -> code.state().equals("CLOSED"));
    }

    /** POST /v3/refund/domestic/refunds with out_refund_no = the trade: asked twice, it is paid back once. */
    void refund(String trade, long total, String currency) throws SQLException, IOException {
        reached("refund", trade);
        store.run("UPDATE codes SET state = 'REFUND' WHERE id = ? AND state = 'SUCCESS'", trade);
    }

    /** How it stands at the provider: "paid" with what a notification would tell, "open", or "over" if nobody can pay it any more. */
    record Standing(String state, Transaction told) {}

    /** GET …/out-trade-no/{id}. */
    Standing query(String trade) throws SQLException, IOException {
        reached("query", trade);
        for (Code code : codes(trade)) {
            return switch (code.state()) {
                case "SUCCESS" -> new Standing("paid", new Transaction(MERCHANT, APP, trade, "SUCCESS", new Amount(code.total(), code.currency())));
                case "NOTPAY" -> new Standing("open", null);
                default -> new Standing("over", null);
            };
        }
        return new Standing("open", null);
    }

    /** Tells the shop that it was paid, signed and sealed; the shop's answer. */
    private int tell(String trade, long total, String currency, boolean honest) throws Exception {
        String told = Answer.JSON.toJson(Map.of("mchid", MERCHANT, "appid", APP, "out_trade_no", trade, "trade_state", "SUCCESS",
            "transaction_id", "42" + Answer.random(13), "amount", Map.of("total", total, "currency", currency)));
        String nonce = Answer.random(6), stamp = Long.toString(Instant.now().getEpochSecond());
        Cipher sealing = Cipher.getInstance("AES/GCM/NoPadding");
        sealing.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(apiKey, "AES"), new GCMParameterSpec(128, nonce.getBytes(StandardCharsets.UTF_8)));
        sealing.updateAAD("transaction".getBytes(StandardCharsets.UTF_8));
        String sealed = Base64.getEncoder().encodeToString(sealing.doFinal(told.getBytes(StandardCharsets.UTF_8)));
        String body = Answer.JSON.toJson(Map.of("id", "EV-1", "event_type", "TRANSACTION.SUCCESS", "resource", Map.of("algorithm",
            "AEAD_AES_256_GCM", "original_type", "transaction", "associated_data", "transaction", "nonce", nonce, "ciphertext", sealed)));
        Signature signing = Signature.getInstance("SHA256withRSA");
        signing.initSign(keys.getPrivate());
        signing.update((stamp + "\n" + nonce + "\n" + body + "\n").getBytes(StandardCharsets.UTF_8));
        byte[] signature = honest ? signing.sign() : new byte[256];
        HttpRequest request = HttpRequest.newBuilder(notify).POST(BodyPublishers.ofString(body)).header("Content-Type", "application/json")
            .header("Wechatpay-Timestamp", stamp).header("Wechatpay-Nonce", nonce)
            .header("Wechatpay-Signature", Base64.getEncoder().encodeToString(signature)).build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
    }

    void answer(HttpExchange exchange, String session) throws Exception {
        List<Code> codes = codes("");
        switch (exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath()) {
            case "GET /wallet" -> {
                Collections.reverse(codes);
                StringBuilder list = new StringBuilder();
                for (Code code : codes) {
                    list.append("""
                        <li>%1$s: %2$d %3$s, %4$s <form method="post" action="/wallet/pay"><button name="id" value="%1$s">Pay</button></form></li>
                        """.formatted(code.id(), code.total(), code.currency(), code.state()));
                }
                Answer.page(exchange, "The simulated wallet", "<ul>" + list + "</ul>", "");
            }
            case "GET /wallet/codes" -> Answer.json(exchange, 200, codes);
            case "POST /wallet/pay" -> pay(exchange, Shop.fields(Answer.body(exchange)));
            case "POST /wallet/fail" -> fail(exchange, Shop.fields(Answer.body(exchange)));
            default -> throw Problem.notFound();
        }
    }

    /** Pays a code, even one that was just closed, as happens. `total` tells of another sum, `forged` signs wrongly, `silent` tells nothing. */
    private void pay(HttpExchange exchange, Map<String, String> sent) throws Exception {
        Code code = codes(sent.getOrDefault("id", "none")).stream().findFirst().orElseThrow(Problem::notFound);
        boolean honest = !sent.containsKey("forged");
        long total = sent.containsKey("total") ? Long.parseLong(sent.get("total")) : code.total();
        if (honest && total == code.total()) {
            store.run("UPDATE codes SET state = 'SUCCESS' WHERE id = ?", code.id());
        }
        int answered = sent.containsKey("silent") ? 0 : tell(code.id(), total, code.currency(), honest);
        Answer.json(exchange, 200, Map.of("answered", answered));
    }

    /** From now on the calls that it names fail for this payment. */
    private void fail(HttpExchange exchange, Map<String, String> sent) throws Exception {
        if (store.run("UPDATE codes SET fails = ? WHERE id = ?", sent.getOrDefault("calls", ""), sent.get("id")) == 0) {
            throw Problem.notFound();
        }
        Answer.json(exchange, 200, Map.of("answered", 0));
    }
}
