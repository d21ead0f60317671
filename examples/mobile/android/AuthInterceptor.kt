import okhttp3.Interceptor
import okhttp3.Request
import okhttp3.Response
import org.json.JSONException
import org.json.JSONObject

/** For the client that sends your operations: attaches the token, and sends a refused operation once more. */
class AuthInterceptor(private val tokens: TokenStore) : Interceptor {
    override fun intercept(chain: Interceptor.Chain): Response {
        val access = tokens.accessToken() ?: return chain.proceed(chain.request())
        val response = chain.proceed(chain.request().bearing(access))
        if (!response.isRefused()) return response
        val fresh = tokens.accessToken(refused = access) ?: return response
        response.close()
        return chain.proceed(chain.request().bearing(fresh))
    }
}

private fun Request.bearing(access: String): Request = newBuilder().header("authorization", "Bearer $access").build()

/** Errors come with HTTP 200: the body tells. */
private fun Response.isRefused(): Boolean = try {
    val errors = JSONObject(peekBody(1L shl 20).string()).optJSONArray("errors")
    (0 until (errors?.length() ?: 0)).any {
        errors?.getJSONObject(it)?.optJSONObject("extensions")?.optString("code") == "UNAUTHENTICATED"
    }
} catch (_: JSONException) {
    code == 401
}
