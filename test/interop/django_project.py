"""A Django project with simplejwt in one file.

`setup` makes its database, `serve PORT` serves it on 127.0.0.1, `check HASH` says whether it is that of the password.
`populate COUNT` makes users with hashes of every kind, `authenticate FILE` names those of a JSON object of passwords whom
Django does not let in, `shell FILE` runs code, and any other command is one of `manage.py`. In the environment SIMPLE_JWT
is a JSON object of more of those settings.
"""

import base64
import hashlib
import json
import os
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
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
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DJANGO_DB"]}},
    PASSWORD_HASHERS=[
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
        "django.contrib.auth.hashers.BCryptPasswordHasher",
        "django.contrib.auth.hashers.Argon2PasswordHasher",
    ],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
    SIMPLE_JWT={
        "ROTATE_REFRESH_TOKENS": True,
        "BLACKLIST_AFTER_ROTATION": True,
        **json.loads(os.environ.get("SIMPLE_JWT", "{}")),
    },
)
django.setup()

from django.contrib.auth.hashers import PBKDF2PasswordHasher  # noqa: E402
from rest_framework.permissions import IsAuthenticated  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402
from rest_framework_simplejwt import views  # noqa: E402


PBKDF2PasswordHasher.iterations = 1000  # little work, for what Django upgrades at a sign-in


class Hello(APIView):
    permission_classes = [IsAuthenticated]

    def get(self, request):
        return Response({"message": f"Hello, {request.user.username}!"})


urlpatterns = [
    path("api/token/", views.TokenObtainPairView.as_view()),
    path("api/token/refresh/", views.TokenRefreshView.as_view()),
    path("api/token/blacklist/", views.TokenBlacklistView.as_view()),
    path("api/token/verify/", views.TokenVerifyView.as_view()),
    path("api/token/sliding/", views.TokenObtainSlidingView.as_view()),
    path("api/token/sliding/refresh/", views.TokenRefreshSlidingView.as_view()),
    path("api/hello/", Hello.as_view()),
]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


def scrypt(password, salt):
    """The format of Django 4's ScryptPasswordHasher, which Django 3 does not have."""
    digest = hashlib.scrypt(password.encode(), salt=salt.encode(), n=1024, r=8, p=1, dklen=64)
    return f"scrypt$1024${salt}$8$1${base64.b64encode(digest).decode()}"


def encoders():
    """Each of Django's hashers, with little work."""
    from django.contrib.auth import hashers

    def cheap(kind, **parameters):
        return type(kind.__name__, (kind,), parameters)()

    iterated = [hashers.PBKDF2PasswordHasher(), hashers.PBKDF2SHA1PasswordHasher()]
    salted = [
        cheap(hashers.BCryptSHA256PasswordHasher, rounds=4),
        cheap(hashers.BCryptPasswordHasher, rounds=4),
        cheap(hashers.Argon2PasswordHasher, time_cost=1, memory_cost=64, parallelism=1),
    ]
    return [
        *(lambda password, each=each: each.encode(password, each.salt(), iterations=1000) for each in iterated),
        *(lambda password, each=each: each.encode(password, each.salt()) for each in salted),
        lambda password: scrypt(password, "saltsaltsalt"),
    ]


def populate(count):
    from django.contrib.auth import get_user_model

    users = get_user_model()
    kinds = encoders()
    users.objects.bulk_create(
        users(
            pk=1000 + index,
            username=f"user{index}",
            email=f"user{index}@example.com",
            password=kinds[index % len(kinds)](f"p\u00e4ssword of {index}"),
            last_login="2026-01-02T03:04:05.678901Z" if index % 2 else None,
            date_joined="2025-01-02T03:04:05.678901Z",
        )
        for index in range(count)
    )


def strangers(passwords):
    from django.contrib.auth import authenticate

    return [name for name, password in passwords.items() if authenticate(username=name, password=password) is None]


if __name__ == "__main__":
    if sys.argv[1] == "setup":
        from django.contrib.auth import get_user_model

        call_command("migrate", verbosity=0)
        get_user_model().objects.create_user("alice", password=os.environ["ALICE_PASSWORD"])
        get_user_model().objects.create_user("gone", password=os.environ["ALICE_PASSWORD"], is_active=False)
    elif sys.argv[1] == "check":
        from django.contrib.auth.hashers import check_password

        print(check_password(os.environ["ALICE_PASSWORD"], sys.argv[2]))
    elif sys.argv[1] == "populate":
        populate(int(sys.argv[2]))
    elif sys.argv[1] == "authenticate":
        with open(sys.argv[2], encoding="utf-8") as file:
            print(json.dumps(strangers(json.load(file))))
    elif sys.argv[1] == "shell":
        with open(sys.argv[2], encoding="utf-8") as file:
            exec(file.read(), {})
    elif sys.argv[1] != "serve":
        call_command(*sys.argv[1:])
    else:
        server = make_server("127.0.0.1", int(sys.argv[2]), get_wsgi_application(), handler_class=Quiet)
        print(f"serving {server.server_port}", flush=True)
        server.serve_forever()
