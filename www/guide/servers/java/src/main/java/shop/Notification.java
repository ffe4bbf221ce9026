package shop;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.sun.net.httpserver.Headers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Opens a notification of WeChat Pay (APIv3): nothing in it counts before its signature was checked. With WeChat Pay's own public
 * key and your APIv3 key this is the real check; the stand-in of Wallet.java signs in the same way.
 */
final class Notification {
    /** Seconds after which a notification is taken for one that somebody kept and sends again. */
    private static final long OLD = 300;
    private static final int SEAL_BITS = 128;

    /** The notification is not to be believed. */
    static final class Refused extends Exception {
        Refused(String why) {
            super(why);
        }
    }

    record Amount(Long total, String currency) {}

    /** What a notification tells of. The names are WeChat Pay's. */
    record Transaction(String mchid, String appid, String out_trade_no, String trade_state, Amount amount) {}

    static Transaction opened(Headers headers, byte[] body, PublicKey key, byte[] apiKey) throws Refused {
        try {
            String stamp = headers.getFirst("Wechatpay-Timestamp"), nonce = headers.getFirst("Wechatpay-Nonce");
            if (Math.abs(Instant.now().getEpochSecond() - Long.parseLong(stamp)) > OLD) {
                throw new Refused("it is old");
            }
            Signature check = Signature.getInstance("SHA256withRSA");
            check.initVerify(key);
            check.update((stamp + "\n" + nonce + "\n").getBytes(StandardCharsets.UTF_8));
            check.update(body);
            check.update((byte) '\n');
            if (!check.verify(Base64.getDecoder().decode(headers.getFirst("Wechatpay-Signature")))) {
                throw new Refused("it is not signed by WeChat Pay");
            }
            return unsealed(body, apiKey);
        } catch (GeneralSecurityException | RuntimeException fault) {
            throw new Refused("it is not WeChat Pay's: " + fault);
        }
    }

    private static Transaction unsealed(byte[] body, byte[] apiKey) throws GeneralSecurityException {
        Gson gson = new Gson();
        JsonObject resource = gson.fromJson(new String(body, StandardCharsets.UTF_8), JsonObject.class).getAsJsonObject("resource");
        Cipher opening = Cipher.getInstance("AES/GCM/NoPadding");
        byte[] nonce = resource.get("nonce").getAsString().getBytes(StandardCharsets.UTF_8);
        opening.init(Cipher.DECRYPT_MODE, new SecretKeySpec(apiKey, "AES"), new GCMParameterSpec(SEAL_BITS, nonce));
        if (resource.has("associated_data")) {
            opening.updateAAD(resource.get("associated_data").getAsString().getBytes(StandardCharsets.UTF_8));
        }
        byte[] plain = opening.doFinal(Base64.getDecoder().decode(resource.get("ciphertext").getAsString()));
        Transaction told = gson.fromJson(new String(plain, StandardCharsets.UTF_8), Transaction.class);
        if (told == null || told.amount() == null || told.amount().total() == null) {
            throw new JsonParseException("a member is missing");
        }
        return told;
    }

    private Notification() {}
}
