"""Reads the codes of custom senders with the official AWS Encryption SDK, as its documentation says."""

import base64

import aws_encryption_sdk
import boto3
from aws_cryptographic_material_providers.mpl import AwsCryptographicMaterialProviders
from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig
from aws_cryptographic_material_providers.mpl.models import (
    AesWrappingAlg,
    CreateAwsKmsKeyringInput,
    CreateRawAesKeyringInput,
)
from aws_encryption_sdk.identifiers import CommitmentPolicy

_MATERIALS = AwsCryptographicMaterialProviders(config=MaterialProvidersConfig())


def kms_keyring(key, url):
    """A keyring of a key in a key management service at a URL."""
    region = key.split(":")[3]
    client = boto3.client(
        "kms", endpoint_url=url, region_name=region, aws_access_key_id="test", aws_secret_access_key="test"
    )
    return _MATERIALS.create_aws_kms_keyring(CreateAwsKmsKeyringInput(kms_key_id=key, kms_client=client))


def local_keyring(name, key):
    """A keyring of a local key of the setting `code_key`."""
    return _MATERIALS.create_raw_aes_keyring(
        CreateRawAesKeyringInput(
            key_namespace="cognate",
            key_name=name,
            wrapping_key=key,
            wrapping_alg=AesWrappingAlg.ALG_AES256_GCM_IV12_TAG16,
        )
    )


def read(code, keyring, policy=CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT):
    """The text of a message, and its header."""
    client = aws_encryption_sdk.EncryptionSDKClient(commitment_policy=policy)
    text, header = client.decrypt(source=base64.b64decode(code, validate=True), keyring=keyring)
    return text.decode(), header
