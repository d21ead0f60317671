"""The seed: Django with simplejwt, rotation and blacklist, on SQLite with a write-ahead log synced at each commit.

`python3 seed.py` makes its database, `gunicorn seed:application` serves it.
It shares no settings with test/interop/django_project.py: what a test comes to need must not change what is measured.
"""

import os
from datetime import timedelta

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db.backends.signals import connection_created
from django.urls import path

settings.configure(
    SECRET_KEY=os.environ["JWT_SIGNING_KEY"],
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "rest_framework",
        "rest_framework_simplejwt",
        "rest_framework_simplejwt.token_blacklist",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.path.join(os.environ["DATA_DIR"], "seed.sqlite3"),
            "CONN_MAX_AGE": None,
        }
    },
    PASSWORD_HASHERS=["django.contrib.auth.hashers.BCryptSHA256PasswordHasher"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
    SIMPLE_JWT={
        "ACCESS_TOKEN_LIFETIME": timedelta(hours=1),
        "ROTATE_REFRESH_TOKENS": True,
        "BLACKLIST_AFTER_ROTATION": True,
        "UPDATE_LAST_LOGIN": True,
    },
)
django.setup()

from django.contrib.auth.hashers import BCryptSHA256PasswordHasher  # noqa: E402
from rest_framework.permissions import IsAuthenticated  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402
from rest_framework_simplejwt import views  # noqa: E402


BCryptSHA256PasswordHasher.rounds = int(os.environ["PASSWORD_HASH_COST"])


def make_durable(connection, **_):
    connection.cursor().execute("PRAGMA journal_mode=WAL")
    connection.cursor().execute("PRAGMA synchronous=FULL")


connection_created.connect(make_durable)


class Hello(APIView):
    permission_classes = [IsAuthenticated]

    def get(self, request):
        return Response({"hello": f"Hello, {request.user.username}!"})


urlpatterns = [
    path("token/", views.TokenObtainPairView.as_view()),
    path("token/refresh/", views.TokenRefreshView.as_view()),
    path("token/verify/", views.TokenVerifyView.as_view()),
    path("hello/", Hello.as_view()),
]
application = get_wsgi_application()

if __name__ == "__main__":
    from django.contrib.auth import get_user_model

    call_command("migrate", verbosity=0)
    get_user_model().objects.create_user("alice", password=os.environ["PASSWORD"])
